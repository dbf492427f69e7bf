#!/usr/bin/env bash
# Times the search of one protein of 205 residues in a made-up database, with one core and with two:
#   bench/folding/search.sh [GB] [FOLDER]
# The database is made in FOLDER (build/bench/folding) unless it is there. Needs hmmer and GNU time.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
gigabytes=${1:-1} folder=${2:-$root/build/bench/folding}
groel=${GROEL:-$root/build/release/groel}
rab1a=MSSMNPEYDYLFKLLLIGDSGVGKSCLLLRFADDTYTESYISTIGVDFKIRTIELDGKTIKLQIWDTAGQERFRTITSSYYRGAHGIIVVYDVTDQESFNNVKQWLQEIDRYASENVNKLLVGNKCDLTTKKVVDYTTAKEFADSLGIPFLETSAKNATNVEQSFMTMAAEIKKRMGPGATAGGAEKSNVKIQSTPVKQSGGGCC
mkdir -p "$folder"
[[ -s $folder/made_up.fa ]] || awk -v bytes="$(awk "BEGIN {print $gigabytes * 1e9}")" -v query=$rab1a -f "$root/bench/folding/database.awk" >"$folder/made_up.fa"
printf '>small\nMKTAYIAKQRQISFVKSHFSRQ\n' >"$folder/small.fa"
printf '{"dialect":"alphafold3","version":1,"name":"rab1a","modelSeeds":[1],"sequences":[{"protein":{"id":"A","sequence":"%s","templates":[]}}]}\n' $rab1a >"$folder/job.json"
ls -l "$folder/made_up.fa"
for threads in 1 2; do
  echo "$threads thread(s):"
  /usr/bin/time -f '%e s, %U s of processors, %M KB at most in one program' "$groel" fold "$folder/job.json" -o "$folder/out" --overwrite --no-inference --threads $threads --kept-searches none \
    --database "uniref90=$folder/made_up.fa,small_bfd=$folder/small.fa,mgnify=$folder/small.fa,uniprot_cluster_annot=$folder/small.fa" 2>&1 | grep -E 'uniref90|processors'
done
