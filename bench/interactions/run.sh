#!/usr/bin/env bash
# SHS27k: five breadth-first and five depth-first splits, the predictor and all baselines.
#   bench/interactions/run.sh DATA OUT
# DATA holds protein.actions.SHS27k.STRING.txt and protein.SHS27k.sequences.dictionary.tsv (also .gz, .zst), as
# lvguofeng/GNN_PPI has them. MODEL (groel-5m) and GROEL (the program) may be set.
set -euo pipefail
data=$1 out=$2
groel=${GROEL:-groel} model=${MODEL:-groel-5m}
actions=$(ls "$data"/protein.actions.SHS27k.STRING.txt* | head -n 1)
sequences=$(ls "$data"/protein.SHS27k.sequences.dictionary.tsv* | head -n 1)
mkdir -p "$out"
"$groel" data pairs "$actions" --sequences "$sequences" -o "$out/pairs.csv" --overwrite
for how in bfs dfs; do
  begin=$SECONDS
  "$groel" train pairs --data "$out/pairs.csv" --sequences "$sequences" --from "$model" --how $how --seed 1 --repeats 5 \
    --output "$out/$how" --overwrite | tee "$out/$how.txt"
  echo "$how: $((SECONDS - begin)) s"
done
