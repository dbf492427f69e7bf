#!/usr/bin/env bash
# Does what two prompts have learned help a task? Learns them, then probes tasks with each, and with random twins.
#   bench/prompts/run.sh DATA OUT
# DATA: a folder with, plain or compressed,
#   protein.actions.SHS27k.STRING.txt, protein.SHS27k.sequences.dictionary.tsv   (lvguofeng/GNN_PPI)
#   language.fasta               proteins whose language `seq` learns, as of Swiss-Prot
#   CB513.csv, gfp_sarkisyan_amino_acid_genotypes_to_brightness.tsv              (see bench/data/README.md)
#   structures/*                 PDB and mmCIF files
# OUT: a new folder; OUT/probe/report.html has the table. GROEL names the program, MODEL the model (groel-5m), STEPS the
# updates of the prompts (120), SEEDS the runs of each task (5). Proteins that `ic` learns from are none of the probe's.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
groel=${GROEL:-$here/../../build/release/groel}
model=${MODEL:-groel-5m}
[ $# -eq 2 ] || { sed -n '3,10s/^# \{0,1\}//p' "$0" && exit 2; }
data=$1 out=$2
[ ! -e "$out" ] || { echo "$out exists already: name a new folder" >&2 && exit 2; }
mkdir -p "$out"
raw() {
  for name in "$data/$1" "$data/$1.zst" "$data/$1.gz"; do
    if [ -e "$name" ]; then echo "$name" && return; fi
  done
  echo "$data has no $1" >&2 && exit 3
}

sequences=$(raw protein.SHS27k.sequences.dictionary.tsv)
"$groel" data pairs "$(raw protein.actions.SHS27k.STRING.txt)" --sequences "$sequences" -o "$out/pairs.csv"
# Every other protein is for learning, the rest for probing. What interacts, and as many pairs that are not said to.
awk -F'\t' -v out="$out" '{ print > (out (NR % 2 ? "/learned.tsv" : "/probed.tsv")) }' "$sequences"
awk -F'[\t,]' -v out="$out" '
  FILENAME ~ /learned.tsv$/ { learned[$1] = 1; names[count++] = $1; next }
  FILENAME ~ /probed.tsv$/ { probed[$1] = 1; next }
  FNR == 1 { print > (out "/probed.csv"); print "id1,id2,interacts" > (out "/learned.csv"); next }
  ($1 in probed) && ($2 in probed) { print > (out "/probed.csv") }
  ($1 in learned) && ($2 in learned) { print $1 "," $2 ",yes" > (out "/learned.csv"); known[$1, $2] = known[$2, $1] = 1; pairs++ }
  END {
    srand(1)
    while (pairs > 0) {
      a = names[int(rand() * count)]; b = names[int(rand() * count)]
      if (a == b || (a, b) in known) continue
      known[a, b] = known[b, a] = 1
      print a "," b ",no" > (out "/learned.csv")
      pairs--
    }
  }' "$out/learned.tsv" "$out/probed.tsv" "$out/pairs.csv"

cat >"$out/prompts.toml" <<TOML
from = "$model"
prompts = ["seq:8", "ic:8"]
steps = ${STEPS:-120}
schedule = "constant"
weight-decay = 0
learning-rate = 1e-2

[task.interaction]
kind = "pairs"
data = ["$out/learned.csv"]
sequences = ["$out/learned.tsv"]
prompts = ["ic"]
valid-fraction = 0.1

[task.language]
kind = "masked"
data = ["$(raw language.fasta)"]
prompts = ["seq"]
valid-fraction = 0.05
TOML
"$groel" train prompts "$out/prompts.toml" --output "$out/prompts"

# Cuts that keep the probe short: heads are learned 8 times a seed.
"$groel" data filter "$(raw CB513.csv)" --rename input=sequence,dssp3=structure,cb513_mask=mask -o "$out/cb513.csv"
"$groel" data split "$out/cb513.csv" --test-size 170 --random-state 42 --out "$out/chains"
"$groel" data variants "$(raw gfp_sarkisyan_amino_acid_genotypes_to_brightness.tsv)" "$here/../examples/avgfp.fasta" \
  --mutation-column aaMutations --prefix S --offset -2 -o "$out/variants.csv"
"$groel" data split "$out/variants.csv" --test-size 600 --random-state 42 --out "$out/gfp"
quoted() { printf '"%s", ' "$@" | sed 's/, $//'; }
cat >"$out/probe.toml" <<TOML
from = "$model"
prompt = ["$out/prompts/prompts/seq", "$out/prompts/prompts/ic"]
seeds = ${SEEDS:-5}
control = true

[task.interaction]
kind = "pairs"
data = ["$out/probed.csv"]
sequences = ["$out/probed.tsv"]
label-column = ["labels"]
head = "logistic"
how = "random"

[task.structure]
kind = "residues"
data = ["$out/chains/test.csv"]
label-column = ["structure"]
mask-column = "mask"
head = "logistic"
valid-fraction = 0.3

[task.fluorescence]
kind = "classify"
data = ["$out/gfp/test.csv"]
label-column = ["medianBrightness"]
head = "logistic"
valid-fraction = 0.3

[task.contacts]
kind = "contacts"
structures = [$(quoted "$data"/structures/*)]

[task.interfaces]
kind = "contacts"
structures = [$(quoted "$data"/structures/*)]
between = "chains"
TOML
"$groel" probe "$out/probe.toml" --output "$out/probe"
