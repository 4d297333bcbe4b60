#!/usr/bin/env bash
# Fetches the API documentation bundles from npm at exact versions, checks every
# file against vendored.sha256 and rewrites vendored/. The sums are those of the
# unpacked files, so what is served can be compared with what npm publishes.
#
# To raise a version: change it here, run with VENDOR_ACCEPT=1 (which writes the
# new sums instead of checking), read the difference, look at both pages in a
# browser. ReDoc stays on 2.x: 3.0 sends telemetry by default.
set -euo pipefail

swagger=swagger-ui-dist@5.35.0
redoc=redoc@2.5.4

here=$(cd "$(dirname "$0")" && pwd)
sums=$here/vendored.sha256
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# unpack PACKAGE@VERSION DIR
unpack() {
  mkdir -p "$work/$2"
  (cd "$work/$2" && tar xzf "$(npm pack --silent "$1")" --strip-components=1)
}
unpack "$swagger" swagger
unpack "$redoc" redoc

files=$work/files
mkdir "$files"
cp "$work"/swagger/{swagger-ui-bundle.js,swagger-ui-bundle.js.LICENSE.txt,swagger-ui.css} "$files"
cp "$work/swagger/LICENSE" "$files/swagger-ui.LICENSE.txt"
cp "$work/swagger/NOTICE" "$files/swagger-ui.NOTICE.txt"
cp "$work"/redoc/bundles/{redoc.standalone.js,redoc.standalone.js.LICENSE.txt} "$files"
cp "$work/redoc/LICENSE" "$files/redoc.LICENSE.txt"

cd "$files"
if [ "${VENDOR_ACCEPT:-}" = 1 ]; then
  LC_ALL=C sha256sum -- * >"$sums"
else
  sha256sum --check --strict --quiet "$sums"
fi

# -n leaves name and time out of the header: same file, same bytes.
gzip -n -9 -- *.js *.css
mkdir -p "$here/vendored"
rm -f "$here"/vendored/*
install -m 0644 -- * "$here/vendored/"
echo "vendored $swagger and $redoc into $here/vendored"
