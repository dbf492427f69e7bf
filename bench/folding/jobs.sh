#!/usr/bin/env bash
# Runs AlphaFold 3's network at its full shape with random weights, from a job to every file:
#   bench/folding/jobs.sh [FOLDER] [OPTIONS OF groel fold]
# Jobs: human Rab1A (205 residues) with two seeds, its homodimer, with ubiquitin, and with GTP and magnesium. Alignments
# are made up: 1,024 rows that differ from the sequence at every third residue or so, as many as a pass reads.
# JOBS names some of them ("rab1a"). Weights are made in FOLDER (build/bench/folding) unless they are there.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
folder=${1:-$root/build/bench/folding}
[[ $# -gt 0 ]] && shift
groel=${GROEL:-$root/build/release/groel}
rab1a=MSSMNPEYDYLFKLLLIGDSGVGKSCLLLRFADDTYTESYISTIGVDFKIRTIELDGKTIKLQIWDTAGQERFRTITSSYYRGAHGIIVVYDVTDQESFNNVKQWLQEIDRYASENVNKLLVGNKCDLTTKKVVDYTTAKEFADSLGIPFLETSAKNATNVEQSFMTMAAEIKKRMGPGATAGGAEKSNVKIQSTPVKQSGGGCC
ubiquitin=MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRGG
mkdir -p "$folder"
[[ -s $folder/random.bin ]] || "${BENCH:-$root/build/release/bench/bench_folding_weights}" "$folder/random.bin"

# A protein of the job: $1 ids as JSON, $2 sequence, with an alignment as a JSON string.
protein() {
  awk -v id="$1" -v query="$2" 'BEGIN {
    srand(1); letters = "ACDEFGHIKLMNPQRSTVWY"; a3m = ">query\\n" query "\\n"
    for (row = 1; row < 1024; ++row) {
      text = ""
      for (i = 1; i <= length(query); ++i)
        text = text (rand() < 0.35 ? substr(letters, int(rand() * 20) + 1, 1) : substr(query, i, 1))
      a3m = a3m ">row" row "\\n" text "\\n"
    }
    printf "{\"protein\":{\"id\":%s,\"sequence\":\"%s\",\"unpairedMsa\":\"%s\",\"pairedMsa\":\"\",\"templates\":[]}}", id, query, a3m
  }'
}
# $1 name, $2 seeds, $3 molecules
job() {
  printf '{"dialect":"alphafold3","version":1,"name":"%s","modelSeeds":[%s],"sequences":[%s]}\n' "$1" "$2" "$3" >"$folder/$1.json"
}
job rab1a 1,2 "$(protein '"A"' $rab1a)"
job rab1a_homodimer 1 "$(protein '["A","B"]' $rab1a)"
job rab1a_ubiquitin 1 "$(protein '"A"' $rab1a),$(protein '"B"' $ubiquitin)"
job rab1a_gtp 1 "$(protein '"A"' $rab1a),{\"ligand\":{\"id\":\"B\",\"ccdCodes\":[\"GTP\"]}},{\"ligand\":{\"id\":\"C\",\"ccdCodes\":[\"MG\"]}}"
for name in ${JOBS:-rab1a rab1a_homodimer rab1a_ubiquitin rab1a_gtp}; do
  "$groel" fold "$folder/$name.json" --check --model-dir "$folder/random.bin" 2>&1 | tail -1
  /usr/bin/time -f "$name: %e s, %U s of processors, %M KB at most" "$groel" fold "$folder/$name.json" \
    --model-dir "$folder/random.bin" -o "$folder/out" --overwrite "$@"
  find "$folder/out/$name" -type f | wc -l
done
