#!/usr/bin/env bash
# GroEL and ONNX Runtime in turn on the same weights, proteins and threads, float32; prints a table of tokens/s.
#
#   bench/compare/run.sh [LAYERSxWIDTHxHEADS...]      default: 6x320x20 (ESM-2 8M) and 30x640x20 (150M)
#
# From the environment: FASTA (bench/data/mixed.fasta), EVERY (1: of its records by order, every n-th), THREADS (2),
# ROUNDS (2: turns, the best counts), SECONDS_EACH (20: time for each of ONNX Runtime's settings), WORK (a folder for
# models and results; default a new one, removed at the end), GROEL (build/release/groel).
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)
groel=${GROEL:-$root/build/release/groel}
threads=${THREADS:-2}
[[ -x $groel ]] || { echo "compare: $groel is not built; ./run --version builds it" >&2 && exit 2; }
command -v npm >/dev/null || { echo "compare: this needs Node.js (nodejs, npm)" >&2 && exit 2; }
if [[ -z ${WORK:-} ]]; then
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
fi
mkdir -p "$WORK"

# The package holds the runtime for the CPU; its install script would only fetch the one for GPUs.
(cd "$here/onnxruntime" && npm ci --ignore-scripts --no-audit --no-fund --silent) >&2

awk -v every="${EVERY:-1}" '/^>/ { take = (n++ % every == 0) } take' "${FASTA:-$root/bench/data/mixed.fasta}" \
  >"$WORK/proteins.fasta"

# json FILE MEMBER: one number of a result.
json() {
  # shellcheck disable=SC2016  # JavaScript's ${...}, not the shell's
  node -e 'const [file, member] = process.argv.slice(1);
    const value = JSON.parse(require("fs").readFileSync(file, "utf8"))[member];
    if (typeof value !== "number") throw new Error(`${file} has no number ${member}`);
    console.log(Math.round(value))' "$1" "$2"
}

larger() { echo $(($1 > $2 ? $1 : $2)); }

onnxruntime_speed() {
  node "$here/onnxruntime/measure.mjs" --model "$1" --fasta "$WORK/proteins.fasta" --threads "$threads" \
    --seconds "${SECONDS_EACH:-20}" >"$1/onnxruntime.json"
  json "$1/onnxruntime.json" tokens_per_second
}

# The figure that the program gives itself, from reading the first sequence to writing the last result.
groel_speed() {
  "$groel" embed "$WORK/proteins.fasta" -m "$1" -o "$1/out.h5" --dtype f32 --threads "$threads" --json >"$1/groel.json"
  rm -f "$1/out.h5"
  json "$1/groel.json" tokens_per_second
}

printf '%-14s %14s %14s %8s\n' 'tokens/s, f32' 'ONNX Runtime' GroEL ratio
(($# > 0)) || set -- 6x320x20 30x640x20
for shape in "$@"; do
  IFS=x read -r layers width heads <<<"$shape"
  model=$WORK/$shape
  node "$root/tools/make_random_model.mjs" --layers "$layers" --width "$width" --heads "$heads" --out "$model"
  theirs=0 ours=0
  for ((round = 0; round < ${ROUNDS:-2}; ++round)); do
    theirs=$(larger "$theirs" "$(onnxruntime_speed "$model")")
    ours=$(larger "$ours" "$(groel_speed "$model")")
  done
  ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { print a / b }')
  printf '%-14s %14d %14d %8.2f\n' "$shape" "$theirs" "$ours" "$ratio"
done
