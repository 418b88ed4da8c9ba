#!/bin/sh
# Resolve the locked versions again; the files hold hashes and no address.
set -eu
lock() {
    uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links "$@"
}
lock setup.cfg -o requirements/run.lock
lock --extra dev setup.cfg -o requirements/dev.lock
