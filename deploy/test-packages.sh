#!/bin/sh
# What the tests need beside Python: a browser, the PDF tools, and Java for ODK Validate. Installed where apt is there and we may.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v java >/dev/null 2>&1 || missing="$missing default-jre-headless"
fc-list :lang=zh-tw 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "apt: $missing"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null
else
    echo "測試還需要這些套件（install these packages, then run again）:$missing" >&2
    exit 1
fi
