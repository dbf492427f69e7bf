#!/usr/bin/env bash
# The worked examples on their whole data: from raw files to a report, by the program alone.
#   bench/examples/run.sh EXAMPLE DATA OUT
# EXAMPLE: see below; DATA: the folder of the raw files (README.md here says where they are had); OUT: a new
# folder for tables, predictor/report/report.html, predictor/test/report.html and results.json. GROEL names the
# program (default: build/release/groel), MODEL the model (groel-5m), MORE further options of `groel train`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
groel=${GROEL:-$here/../../build/release/groel}
model=${MODEL:-groel-5m}
read -ra more <<<"${MORE:-}"

usage() {
  sed -n '2,6s/^# \{0,1\}//p' "$0"
  echo "examples: mitochondrion compartments antimicrobial function plane fluorescence gb1 structure peptides"
  exit 2
}
[ $# -eq 3 ] || usage
data=$2 out=$3
[ -d "$data" ] || { echo "no such folder: $data" >&2; exit 3; }
[ ! -e "$out" ] || { echo "$out exists already: name a new folder" >&2; exit 2; }
mkdir -p "$out"

# The file of that name, plain or compressed.
raw() {
  for name in "$data/$1" "$data/$1.zst" "$data/$1.gz"; do
    if [ -e "$name" ]; then echo "$name" && return; fi
  done
  echo "$data has no $1" >&2 && exit 3
}
# Trains on the parts of $out, judges on validation and, once, on test; its summary is results.json.
train() {
  local objective=$1
  shift
  "$groel" train "$objective" --from "$model" --output "$out/predictor" --json "$@" "${more[@]}" >"$out/results.json"
}
parts=(--data "$out/train.csv" --valid "$out/val.csv" --test-data "$out/test.csv" --test)

deeploc() { raw Swissprot_Train_Validation_dataset.csv; }

mitochondrion() {
  "$groel" data describe "$(deeploc)" --label-column Mitochondrion --picture "$out/described"
  "$groel" data split "$(deeploc)" --test-size 0.2 --val-size 0.1 --stratify Mitochondrion --random-state 42 --out "$out"
  train classify "${parts[@]}" --label-column Mitochondrion --head linear --max-length 512 --learning-rate 1e-2 --epochs 20
}

compartments() {
  local places="Cytoplasm,Nucleus,Extracellular,Cell membrane,Mitochondrion,Plastid,Endoplasmic reticulum"
  places+=",Lysosome/Vacuole,Golgi apparatus,Peroxisome"
  "$groel" data describe "$(deeploc)" --label-column "$places" --picture "$out/described"
  train classify --data "$(deeploc)" --label-column "$places" --split-column Partition --each-split --head mlp \
    --hidden 256 --max-length 512 --epochs 10
}

antimicrobial() {
  "$groel" data describe "$(raw Xiao_training.csv)" --label-column Activity --picture "$out/described"
  train classify --data "$(raw Xiao_training.csv)" --valid "$(raw Xiao_validation.csv)" --test \
    --test-data "$(raw Xiao_testing.csv)" --label-column Activity --max-length 40 --epochs 3 --learning-rate 2e-4 \
    --metric accuracy --keep best
  "$groel" predict "$(raw Xiao_testing.csv)" -m "$out/predictor" -o "$out/predicted.csv"
}

# TAXON=9606 keeps one organism's proteins (those whose taxon is known).
function_() {
  local terms=("$(raw train_terms.tsv)" "$(raw cafa3_test_terms.tsv)") ontology
  ontology=$(raw go_molecular_function_derived.obo)
  if [ -n "${TAXON:-}" ]; then
    "$groel" data merge "${terms[@]}" -o "$out/terms.csv"
    "$groel" data join "$out/terms.csv" "$(raw cafa3_test_taxonomy.tsv)" -o "$out/terms_taxa.csv"
    "$groel" data filter "$out/terms_taxa.csv" --where "taxonomyID=$TAXON" -o "$out/terms_of_taxon.csv"
    terms=("$out/terms_of_taxon.csv")
  fi
  "$groel" data labels "${terms[@]}" --where aspect=MFO --ontology "$ontology" --form lists \
    --stop-list GO:0003674,GO:0005488,GO:0005515 --min-count "${AT_LEAST:-50}" -o "$out/labels.csv"
  "$groel" data merge "$(raw train_sequences.fasta)" "$(raw cafa3_targets.fasta)" -o "$out/sequences.csv"
  "$groel" data join "$out/labels.csv" "$out/sequences.csv" -o "$out/joined.csv"
  "$groel" data filter "$out/joined.csv" --max-length 500 -o "$out/short.csv"
  "$groel" data describe "$out/short.csv" --label-column labels --picture "$out/described" >"$out/described.txt"
  "$groel" data split "$out/short.csv" --test-size 0.2 --val-size 0.2 --random-state 42 --out "$out"
  train classify "${parts[@]}" --label-column labels --problem multi-label --head mlp --hidden 512,256 --activation gelu \
    --steps 300 --batch 32 --learning-rate 1e-3 --schedule constant --warmup 0 --weight-decay 0 --beta2 0.999 \
    --eval-every 30 --label-names "$ontology"
}

# 20 secreted and 20 membrane proteins of animals, each of one place.
plane() {
  local others="Cytoplasm=0.0,Nucleus=0.0,Mitochondrion=0.0,Endoplasmic reticulum=0.0,Golgi apparatus=0.0"
  others+=",Lysosome/Vacuole=0.0,Peroxisome=0.0,Kingdom=Metazoa"
  "$groel" data filter "$(deeploc)" --where "Extracellular=1.0,Cell membrane=0.0,$others" --min-length 100 \
    --max-length 500 -o "$out/secreted.csv"
  "$groel" data filter "$(deeploc)" --where "Cell membrane=1.0,Extracellular=0.0,$others" --min-length 100 \
    --max-length 500 -o "$out/membrane.csv"
  for name in secreted membrane; do
    "$groel" data split "$out/$name.csv" --test-size 20 --random-state 42 --out "$out/$name"
  done
  "$groel" data merge "$out/secreted/test.csv" "$out/membrane/test.csv" --labels extracellular,membrane \
    --label-column place -o "$out/proteins.csv"
  "$groel" embed "$out/proteins.csv" -m "$model" -o "$out/vectors.h5"
  "$groel" project "$out/vectors.h5" --perplexity 10 --table "$out/proteins.csv" --id-column ACC --colour-by place \
    --picture "$out/report.html" -o "$out/plane.csv" --json >"$out/results.json"
}

# At most three mutations to learn from, four and more to test on; rows with a stop make no whole protein. ROWS (6000) of
# each are drawn, `all` takes all.
fluorescence() {
  "$groel" data variants "$(raw gfp_sarkisyan_amino_acid_genotypes_to_brightness.tsv)" "$here/avgfp.fasta" \
    --mutation-column aaMutations --prefix S --offset -2 -o "$out/variants.csv"
  "$groel" data filter "$out/variants.csv" --where "mutation_count<=3" -o "$out/few.csv"
  "$groel" data filter "$out/variants.csv" --where "mutation_count>=4" -o "$out/many.csv"
  drawn few train
  drawn many test
  "$groel" data split "$out/train.csv" --test-size 0.2 --random-state 42 --out "$out/parts"
  train classify --data "$out/parts/train.csv" --valid "$out/parts/test.csv" --test-data "$out/test.csv" --test \
    --label-column medianBrightness --head mlp --batch-norm --metric spearman --keep best --epochs 30
}
# ROWS rows of $out/$1.csv, as $out/$2.csv.
drawn() {
  local rows=${ROWS:-6000}
  if [ "$rows" = all ]; then cp "$out/$1.csv" "$out/$2.csv" && return; fi
  "$groel" data split "$out/$1.csv" --test-size "$rows" --random-state 42 --out "$out/$1"
  cp "$out/$1/test.csv" "$out/$2.csv"
}

# SPLIT names another of FLIP's splits.
gb1() {
  local table="$data/flip_gb1_splits.zip/splits/${SPLIT:-three_vs_rest}.csv"
  "$groel" data filter "$table" --where "set=train,validation!=True" -o "$out/train.csv"
  "$groel" data filter "$table" --where "set=train,validation=True" -o "$out/val.csv"
  "$groel" data filter "$table" --where "set=test" -o "$out/test.csv"
  train classify "${parts[@]}" --label-column target --head mlp --batch-norm --metric spearman --keep best --epochs 30
}

# FLIP's chains to learn from (ROWS of them, 2000; `all`), CB513 to test on: the residues of its own mask.
structure() {
  local zip="$data/flip_secondary_structure_splits.zip/splits"
  "$groel" data join "$zip/sequences.fasta" "$zip/sampled.fasta" "$zip/mask.fasta" --rename sampled=structure \
    -o "$out/chains.csv"
  "$groel" data filter "$(raw CB513.csv)" --rename input=sequence,dssp3=structure,cb513_mask=mask \
    -o "$out/test.csv"
  "$groel" data filter "$out/chains.csv" --where "SET=train,VALIDATION=True" -o "$out/val.csv"
  "$groel" data filter "$out/chains.csv" --where "SET=train,VALIDATION=False" -o "$out/known.csv"
  "$groel" data dedupe "$out/known.csv" --against "$out/test.csv,$out/val.csv" -o "$out/others.csv"
  ROWS=${ROWS:-2000} drawn others train
  train residues "${parts[@]}" --label-column structure --mask-column mask --head cnn --hidden 64,64 --max-length 1022 \
    --epochs 5 --metric accuracy --keep best
}

# MODEL is the one that writes (groel-writer), JUDGE the one that is taught to tell peptides apart, WRITTEN how many are
# written. COURSE=nferruz/ProtGPT2: that model by the recipe of a course, with all but its last two layers frozen (FROZEN).
peptides() {
  local writer=${COURSE:-${MODEL:-groel-writer}} recipe
  if [ -n "${COURSE:-}" ]; then
    recipe=(--form plain --pad-token "<pad>" --max-length 15 --batch-size 16 --epochs 3 --learning-rate 1e-5 --beta2 0.999
      --freeze "${FROZEN:-34}" --eval-every 100 --save-every 100 --save-total-limit 2 --metric perplexity)
  else
    recipe=(--max-length "${LENGTH:-40}" --batch-tokens $((16 * ${LENGTH:-40})) --epochs "${EPOCHS:-10}"
      --learning-rate "${RATE:-1e-3}" --train last:2)
  fi
  "$groel" train classify --from "${JUDGE:-groel-5m}" --data "$(raw Xiao_training.csv)" --valid "$(raw Xiao_validation.csv)" \
    --label-column Activity --max-length 40 --epochs 3 --learning-rate 2e-4 --metric accuracy --keep best --output "$out/classifier"
  "$groel" data split "$(raw Siu_train_AMP_3268.fasta)" --test-size 0.25 --random-state 42 --out "$out"
  "$groel" train clm --from "$writer" --data "$out/train.fasta" --valid "$out/test.fasta" "${recipe[@]}" --warmup 100 \
    --weight-decay 0.01 --keep best --output "$out/writer" --json "${more[@]}" >"$out/results.json"
  for model in "$writer" "$out/writer"; do  # before and after
    "$groel" generate -m "$model" -n "${WRITTEN:-500}" --prompt M --top-k 50 --top-p 0.95 --repetition-penalty 1 \
      --length 8:40 --standard --unique --judge "$out/train.fasta" --judge-by "$out/classifier" \
      --report "$out/judged-$(basename "$model")" -o "$out/$(basename "$model").fasta" || [ $? -eq 1 ]
  done
}

case "$1" in
  function) function_ ;;
  mitochondrion | compartments | antimicrobial | plane | fluorescence | gb1 | structure | peptides) "$1" ;;
  *) usage ;;
esac
echo "$out/results.json"
