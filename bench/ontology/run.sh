#!/usr/bin/env bash
# The steps of the worked example of molecular function on made-up tables of CAFA's size: what each takes.
#   bench/ontology/run.sh FOLDER
# FOLDER: the tables of made_up.awk, which are made there where they are missing (540 MB). GROEL names the program.
# Training reads the first ten residues of each protein: it is here for the tables, not for the model.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
groel=${GROEL:-$here/../../build/release/groel}
[ $# -eq 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$1"
cd "$1"
[ -e made_up_predictions.tsv ] || awk -f "$here/made_up.awk"

step() {
  local name=$1
  shift
  /usr/bin/time -f "%e %U %S %M" -o time.txt "$groel" "$@" >said.txt 2>&1 || { cat said.txt; exit 1; }
  read -r wall user system memory <time.txt
  printf '| %-34s | %6.1f s | %6.1f s | %5d MB |\n' "$name" "$wall" "$(echo "$user + $system" | bc)" $((memory / 1024))
}
printf '| %-34s | %8s | %8s | %8s |\n|---|---|---|---|\n' step wall processor memory
step "data join terms taxonomy" data join made_up_terms.tsv made_up_taxonomy.tsv -o joined.tsv --overwrite
step "data filter --where taxonomyID=9606" data filter joined.tsv --where taxonomyID=9606 -o taxon.tsv --overwrite
step "data merge of two halves" data merge made_up_terms.tsv taxon.tsv -o merged.tsv --overwrite
step "data describe terms" data describe made_up_terms.tsv --label-column term
step "data split terms" data split made_up_terms.tsv --test-size 0.2 --out terms_parts --overwrite
step "data dedupe terms" data dedupe made_up_terms.tsv --key EntryID -o first.tsv --overwrite
step "data labels --aspect MFO" data labels made_up_terms.tsv --aspect MFO --ontology made_up.obo --no-root \
  --form lists --min-count 50 -o labels.csv --overwrite
step "data labels, a column for each" data labels made_up_terms.tsv --aspect MFO --ontology made_up.obo --no-root \
  --min-count 50 -o matrix.csv --overwrite
step "data join labels sequences" data join labels.csv made_up.fasta -o proteins.csv --overwrite
step "data filter --max-length 500" data filter proteins.csv --max-length 500 -o short.csv --overwrite
step "data describe proteins" data describe short.csv --label-column labels --picture described --overwrite
step "data split proteins" data split short.csv --test-size 0.2 --val-size 0.2 --out parts --overwrite
step "train classify, judged" train classify --data parts/train.csv --valid parts/val.csv --from groel-5m \
  --label-column labels --problem multi-label --head mlp --hidden 512,256 --steps 300 --max-length 10 --eval-every 150 \
  --output predictor --overwrite
step "predict" predict parts/test.csv -m predictor --top 5 -o predicted.tsv --overwrite
