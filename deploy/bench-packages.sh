#!/bin/sh
# What the benchmarks need beside Python: the load generator. Installed where apt is there and we may.
set -eu
command -v wrk >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "apt: wrk"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq wrk >/dev/null
else
    echo "量測還需要這個套件（install this package, then run again）: wrk" >&2
    exit 1
fi
