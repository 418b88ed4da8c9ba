# 查核 Chahe. `make help` lists what there is.
SHELL := /bin/sh
PORT ?= 8000
PY := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PORT

.PHONY: help setup run test bench lint lock
.DEFAULT_GOAL := help

help: ## 列出命令 list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: .venv/run.stamp ## 只安裝 install only; may be repeated
	@$(PY) assets/build.py

.venv/bin/python:
	@python3 deploy/venv.py .venv

.venv/run.stamp: requirements/run.lock setup.cfg | .venv/bin/python
	@$(PY) deploy/install.py requirements/run.lock && touch $@

.venv/dev.stamp: requirements/dev.lock setup.cfg | .venv/bin/python
	@$(PY) deploy/install.py requirements/dev.lock && touch .venv/run.stamp $@

run: setup ## 啟動網頁與背景程序 serve web and worker on 127.0.0.1, PORT=8000
	@exec $(PY) deploy/run.py

test: .venv/dev.stamp setup ## 全部測試 the whole suite
	@sh deploy/test-packages.sh
	@$(PY) -m tests.npm.install
	@$(PY) -m pytest -n auto

bench: .venv/dev.stamp setup ## 效能量測 the benchmarks, as ratios in one run
	@sh deploy/bench-packages.sh
	@$(PY) -m bench

lint: .venv/dev.stamp ## ruff, mypy, import-linter
	@ruff check . && ruff format --check . && mypy && lint-imports --config setup.cfg

lock: .venv/dev.stamp ## 重算鎖定檔 resolve the locked versions again
	@sh deploy/lock.sh
