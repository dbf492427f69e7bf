#!/usr/bin/env bash
# bench/compare refuses a wrong command line at once and plainly, and its model maker likewise. Needs Node.js (else 77).
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
command -v node >/dev/null || exit 77

refuses() {  # refuses TEXT PROGRAM ARGUMENT...
  local text=$1 said status=0
  shift
  said=$(timeout 60 node "$@" 2>&1) || status=$?
  if ((status == 0 || status == 124)) || [[ $said != *"$text"* || $said == *'at file:'* ]]; then
    echo "FAILED: $* ended with $status and said: $said" >&2
    exit 1
  fi
}

compare=$root/bench/compare/compare.mjs
refuses "--rounds: 'many' is not a number above 0" "$compare" --rounds many
refuses "--threads: '0' is not a number above 0" "$compare" --threads 0
refuses '6x320: a shape is LAYERSxWIDTHxHEADS' "$compare" 6x320
refuses 'no such precision: fp8 (f32, bf16, f32x3, int8)' "$compare" --dtypes f32,fp8
refuses 'no such peer: tensorflow' "$compare" --peers tensorflow
refuses '/dev/null: there are no proteins in it' "$compare" --fasta /dev/null 1x8x2

make=$root/tools/make_random_model.mjs
refuses '--out is missing' "$make"
refuses "--layers: '0' is not a whole number above 0" "$make" --out /dev/null/x --layers 0
refuses 'a width of 30 does not split into 20 heads of an even width' "$make" --out /dev/null/x --width 30
