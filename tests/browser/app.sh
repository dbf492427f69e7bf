#!/usr/bin/env bash
# The page of groel serve and those of groel open: what they compute by itself, and all of them in Chromium, driven by
# playwright-core, which npm fetches beside this file. app.sh PROGRAM FOLDER; screenshots are left in the folder.
set -euo pipefail
program=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
cd "$here"
[[ node_modules/.package-lock.json -nt package-lock.json ]] || {
  npm ci --ignore-scripts --no-audit --no-fund
  touch node_modules/.package-lock.json
}
"$root"/node_modules/@esbuild/*/bin/esbuild units.mjs --bundle --platform=node --format=esm --log-level=warning \
  --outfile="$folder/units.mjs"
node --test "$folder/units.mjs"
for part in page jobs answers opened; do
  GROEL_HOME=${GROEL_HOME:-$root} node "$part.mjs" "$program" "$folder"
done
