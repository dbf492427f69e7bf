#!/usr/bin/env bash
# Pages that the program writes, opened in Chromium without a network: they draw, answer the pointer's scripts and report
# no error. pages.sh PROGRAM FOLDER; screenshots are left in the folder, to be looked at.
set -euo pipefail
program=$1
folder=$2
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$folder"
cd "$root"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# browse PAGE -> the page as it stands when its scripts have run; errors of scripts in FOLDER/errors.
browse() {
  chromium --headless --no-sandbox --disable-gpu --proxy-server=127.0.0.1:9 --enable-logging=stderr --v=0 \
    --virtual-time-budget=5000 --window-size=1200,900 "$@" 2>"$folder/errors"
}

expect_page() {  # expect_page NAME TAG: drawn as svg or canvas
  local page=$folder/$1.html
  browse --dump-dom "file://$page" | sed 's/<script.*//' >"$folder/dom"
  grep -q "<$2 " "$folder/dom" || fail "$1 draws no $2"
  ! grep 'CONSOLE' "$folder/errors" | grep -i 'error' || fail "$1 reports an error"
  browse --screenshot="$folder/$1.png" "file://$page" >/dev/null
  (($(stat -c %s "$folder/$1.png") > 10000)) || fail "$1 looks empty"
}

"$program" embed examples/proteins.fasta -o "$folder/e.h5" --overwrite
"$program" project "$folder/e.h5" --perplexity 3 -o "$folder/map.csv" --picture "$folder/map.html" --overwrite
"$program" fill-mask examples/proteins.fasta --record P01542 --all --picture "$folder/crambin.html" --overwrite >/dev/null
"$program" fill-mask examples/proteins.fasta --record P01308 --position 30 --picture "$folder/insulin.html" --overwrite
expect_page map svg
expect_page crambin canvas
expect_page insulin svg
echo "three pages drawn; look at $folder/*.png"
