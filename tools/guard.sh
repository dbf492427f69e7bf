#!/usr/bin/env bash
# Compares the instructions of a small fixed job between a base commit and this working tree: tools/guard.sh [BASE].
#
# Counted by callgrind, which no other load on the machine disturbs. One thread and AVX2, the widest that valgrind
# knows; so what changes on the AVX-512 and AMX paths alone is not seen. More than 3 % more instructions in a part fail,
# unless a commit since BASE says why in a line "Slower: reason". The base is not built where tools/guard.counts has its
# counts by the same compiler and libraries; `tools/guard.sh --record BASE` puts them there.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/lib.sh
source "$root/tools/lib.sh"
readonly kAllowed=3  # per cent

# The commit that this work started from; on the main branch itself the one before, or HEAD under uncommitted changes.
default_base() {
  local main head
  head=$(git -C "$root" rev-parse HEAD)
  main=$(git -C "$root" merge-base HEAD origin/main 2>/dev/null || git -C "$root" merge-base HEAD main) ||
    die "no main branch to compare with: name a base commit"
  if [[ $main == "$head" && -z $(git -C "$root" status --porcelain --untracked-files=no) ]]; then
    main=$(git -C "$root" rev-parse 'HEAD^')
  fi
  echo "$main"
}

# build_base COMMIT: a build of that commit, in a folder of its own, kept until another base is wanted.
build_base() {
  local folder=$work/base-$1 old
  for old in "$work"/base-*; do
    [[ $old == "$folder" || ! -d $old ]] || rm -rf "$old"
  done
  if [[ ! -x $folder/build/release/groel ]]; then
    rm -rf "$folder" && mkdir -p "$folder"
    git -C "$root" archive "$1" | tar -x -C "$folder"
    ln -sfn "$root/node_modules" "$folder/node_modules"
    say "building the base (log: $folder.log)"
    (
      cd "$folder"
      cmake --preset release -DGROEL_TESTS=OFF
      cmake --build --preset release --target groel_cli --parallel "$(build_jobs)"
    ) >"$folder.log" 2>&1 </dev/null || die "the base does not build; see $folder.log"
  fi
  echo "$folder/build/release/groel"
}

# The job: two layers of the width of a small model on one protein of 300 residues, and the same on one of 8, which is
# start-up, loading and writing. Valgrind emulates fused multiply-adds slowly; more would take minutes.
make_job() {
  node "$root/tools/make_random_model.mjs" --layers 2 --width 128 --heads 8 --out "$work/model"
  grep -v '^>' "$root/bench/data/titin.fasta" | tr -d '\n' >"$work/titin"
  printf '>short\n%s\n' "$(head -c 8 "$work/titin")" >"$work/short.fasta"
  printf '>long\n%s\n' "$(head -c 300 "$work/titin")" >"$work/long.fasta"
}

# count NAME PROGRAM FASTA DTYPE -> instructions
count() {
  local name=$1 program=$2 fasta=$3 dtype=$4 out=$work/$1
  GROEL_ISA=avx2 valgrind --tool=callgrind --callgrind-out-file="$out.callgrind" --log-file="$out.log" \
    "$program" embed "$fasta" -m "$work/model" -o "$out.npz" --overwrite --threads 1 --dtype "$dtype" \
    >"$out.out" 2>&1 </dev/null || die "groel failed under valgrind: see $out.out and $out.log"
  awk '/refs:/ { gsub(",", "", $NF); print $NF; found = 1 } END { exit !found }' "$out.log"
}

# parts WHICH PROGRAM: lines of NAME INSTRUCTIONS; a protein's own are those of the long run less those of the short one.
parts() {
  local dtype short long
  for dtype in f32 bf16; do
    short=$(count "$1-short-$dtype" "$2" "$work/short.fasta" "$dtype")
    long=$(count "$1-long-$dtype" "$2" "$work/long.fasta" "$dtype")
    printf 'start-up-%s %d\nforward-%s %d\n' "$dtype" "$short" "$dtype" $((long - short))
  done
}

# Prints the table; fails when a part is worse by more than what is allowed.
compare() {
  join <(sort "$work/base.txt") <(sort "$work/change.txt") | awk -v allowed="$kAllowed" '
    BEGIN { printf "%-16s %14s %14s %9s\n", "instructions", "base", "change", "" }
    {
      percent = ($3 / $2 - 1) * 100
      bad = percent > allowed
      if (bad) worse = 1
      printf "%-16s %14d %14d %+8.2f%%%s\n", $1, $2, $3, percent, bad ? "  WORSE" : ""
    }
    END { exit NR == 0 ? 2 : worse }'
}

# What counts depend on, beside the sources. Not on the processor: with AVX2 under valgrind a forward pass was the same to
# 0.05 % on a Zen 3 and a Zen 5.
made_with() {
  local package
  printf 'g++ %s' "$(g++ -dumpfullversion)"
  for package in libc6 libstdc++6 libdnnl2 libdnnl3 libdnnl3.6 libfmt-dev nlohmann-json3-dev libhwy-dev libhdf5-dev valgrind; do
    dpkg-query -W -f=', ${Package} ${Version}' "$package" 2>/dev/null || true
  done
}

# recorded BASE: the counts of tools/guard.counts for that commit and these tools; fails where there are none.
recorded() {
  awk -v want="$1 by $(made_with)" '
    /^[0-9a-f]+ by / { here = ($0 == want); next }
    here && NF == 2 { print; found = 1 }
    END { exit !found }' "$root/tools/guard.counts"
}

# record BASE COUNTS: in place of what was there for other commits.
record() {
  {
    printf '# Instructions of the base of tools/guard.sh, as counted with these tools; made by tools/guard.sh --record BASE.\n'
    printf '%s by %s\n' "$1" "$(made_with)"
    cat "$2"
  } >"$root/tools/guard.counts"
}

# slower_reason BASE: what the commits since then say.
slower_reason() { git -C "$root" log --format=%B "$1..HEAD" | sed -n 's/^Slower: *\(..*\)/\1/p' | head -n 1; }

main() {
  local base reason program recording=
  [[ ${1:-} != --record ]] || { recording=yes && shift; }
  base=$(git -C "$root" rev-parse --verify --quiet "${1:-$(default_base)}^{commit}") || die "no such commit: ${1:-}"
  work=$root/build/guard
  mkdir -p "$work"
  need_packages build guard
  need_charting  # the base does not do without
  say "base: $(git -C "$root" log -1 --format='%h %s' "$base")"
  make_job
  if [[ -z $recording ]] && recorded "$base" >"$work/base.txt"; then
    say "its counts are those of tools/guard.counts, taken with the same compiler and libraries"
  else
    program=$(build_base "$base")
    parts base "$program" >"$work/base.txt"
    [[ -z $recording ]] || { record "$base" "$work/base.txt" && return; }
  fi
  build release groel_cli
  parts change "$root/build/release/groel" >"$work/change.txt"
  compare && return
  reason=$(slower_reason "$base")
  if [[ -n $reason ]]; then
    say "slower, and a commit says why: $reason"
    return
  fi
  say "more than $kAllowed % more instructions than the base. Where: callgrind_annotate $work/change-long-f32.callgrind" \
    "against $work/base-long-f32.callgrind. If it is worth it, say why in the commit message: 'Slower: reason'"
  return 1
}

[[ ${BASH_SOURCE[0]} != "$0" ]] || main "$@"
