#!/usr/bin/env bash
# Prints the licences of everything that the binaries hold, of all systems they are built
# for: modules, and what is embedded.
set -euo pipefail
cd "$(dirname "$0")/.."
modules=$(for os in linux darwin windows; do
  GOOS=$os go list -deps -tags nomsgpack -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/mlbench
done | LC_ALL=C sort -u)
print() { printf '\n%s\n%s\n\n' "=== $1" "$(printf '%0.s=' {1..78})"; cat "$2"; }
printf 'mlbench is under the licence in LICENSE. It holds what follows.\n'
while read -r path version dir; do
  [ -n "$path" ] || continue
  found=
  for file in "$dir"/LICEN[CS]E* "$dir"/licen[cs]e* "$dir"/COPYING* "$dir"/NOTICE*; do
    if [ -f "$file" ]; then print "$path $version: $(basename "$file")" "$file"; found=yes; fi
  done
  [ -n "$found" ] || { echo "no licence of $path $version in $dir" >&2; exit 1; }
done <<<"$modules"
print "Go: LICENSE" "$(go env GOROOT)/LICENSE"
git ls-files | LC_ALL=C sort | { grep -E '^(servers|cmd|report)/.*LICEN[CS]E' || true; } | while read -r file; do print "$file" "$file"; done
