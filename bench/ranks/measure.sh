#!/bin/bash
# measure.sh GROEL MODEL [FASTA]: two ranks of a thread beside one process of two threads, in turns, four times; and what
# each shard of the last run took, for simulate.py (shards.csv). On a quiet machine.
set -e
groel=$1 model=$2 input=${3:-}
work=$(mktemp -d /tmp/groel-measure-XXXXXX)
trap 'rm -rf "$work"' EXIT
if [ -z "$input" ]; then
  input=$work/many.fasta
  awk '/^>/ { next } { all = all $0 }
    END { for (i = 0; i < 2400; i++) printf ">p%d\n%s\n", i, substr(all, 1 + i * 53 % (length(all) - 500), 20 + i * 37 % 480) }' \
    "$(dirname "$(readlink -f "$0")")/../../examples/proteins.fasta" >"$input"
fi
seconds() { awk -F'[:,]' '/"seconds"/ { print $2 }'; }
root=$([ "$(id -u)" = 0 ] && echo --allow-run-as-root || true)
for turn in 1 2 3 4; do
  one=$("$groel" embed "$input" -m "$model" -o "$work/one.h5" --overwrite -t 2 --json 2>/dev/null | seconds)
  two=$(GROEL_RANK_LOG=shards.csv mpirun $root --bind-to core -n 2 \
    "$groel" embed "$input" -m "$model" -o "$work/two.h5" --overwrite -t 1 --json 2>/dev/null | seconds)
  cmp "$work/one.h5" "$work/two.h5"
  awk -v one="$one" -v two="$two" 'BEGIN { printf "two threads %.2f s, two ranks %.2f s: %.3f\n", one, two, one / two }'
done
