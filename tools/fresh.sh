#!/usr/bin/env bash
# Starts GroEL on a bare Debian: tools/fresh.sh bookworm|trixie. See ./test --help.
#
# The bare base (debootstrap's) is kept in build/fresh; what ./run installs there is made anew each time. Mounts are made
# in a mount namespace of this script's own and go with it, however it ends.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)
# shellcheck source=tools/lib.sh
source "$root/tools/lib.sh"
# shellcheck source=tools/fresh_root.sh
source "$root/tools/fresh_root.sh"

release=${1:-}
[[ $release =~ ^[a-z]+$ ]] || die "name a Debian release: ./test --fresh bookworm|trixie"
((EUID == 0)) || die "a fresh root needs the rights of root: sudo ./test --fresh $release"
need_packages fresh
# In a namespace of its own from here on.
if [[ -z ${GROEL_FRESH_INSIDE:-} ]]; then
  GROEL_FRESH_INSIDE=yes exec unshare --mount --propagation private "${BASH_SOURCE[0]}" "$release"
fi
folder=$root/build/fresh bare=$root/build/fresh/$release
mkdir -p "$folder"

# timed NAME COMMAND...: remembers how long it took.
times=()
timed() {
  local name=$1 start=$SECONDS
  shift
  "$@"
  times+=("$name $((SECONDS - start)) s")
}

wrong() { die "fresh $release: $*"; }

# An ordinary user can install nothing, and is told what to have installed.
refused_kindly() {
  local said status=0
  said=$(inside_as nobody 'HOME=/tmp ./run' 2>&1) || status=$?
  ((status == kSetupFailed)) || wrong "without rights ./run ended with $status: $said"
  [[ ${said##*$'\n'} == *'apt-get install --no-install-recommends '* ]] || wrong "the last line is no remedy: $said"
}

# The same commands by this machine's build and in the root.
compare() {
  local here=$root/build/release/groel
  "$here" example >"$folder/here.example"
  cmp "$folder/here.example" "$bare.example" || wrong "groel example prints something else than here"
  (cd "$root" && "$here" embed examples/proteins.fasta -o "$folder/here.csv" --overwrite 2>/dev/null)
  local apart
  apart=$(same_numbers "$folder/here.csv" "$bare/srv/groel/x.csv") || wrong "the vectors differ by more than 1e-4"
  say "fresh $release: its vectors beside this build's: $apart"
}

# Built again without the charting part: works, says so, and refuses a picture with the way to it.
without_pictures() {
  local said status=0
  said=$(inside 'mv node_modules /srv/charting && GROEL_PICTURES=off ./run doctor')
  [[ $said =~ pictures\ +off ]] || wrong "a build without the charting part does not say so: $said"
  said=$(inside './build/release/groel tokens -o tokens.csv --picture tokens.svg' 2>&1) || status=$?
  ((status == 8)) && [[ $said == *'./run --pictures'* ]] || wrong "a picture without the charting part: $status, $said"
  inside 'mv /srv/charting node_modules'
}

report() {
  rm -rf "$bare"/var/cache/apt/archives/*.deb  # apt keeps them where it is told to, which is here to its account
  say "fresh $release: $(($(count_packages) - bare_packages)) packages installed," \
    "$(($(disk_mb "$bare") - bare_mb - $(disk_mb "$bare/srv/groel"))) MB;" \
    "build $(disk_mb "$bare/srv/groel/build") MB; $(IFS=,; echo "${times[*]}" | sed 's/,/, /g')"
}

main() {
  [[ -x $root/build/release/groel ]] || (need_packages build && build release groel_cli)
  make_base "$release"
  timed 'base unpacked' unpack_base "$release"
  bare_packages=$(count_packages) bare_mb=$(disk_mb "$bare")
  put_tree
  put_cache "$release"
  refused_kindly
  timed 'packages, build and example' inside './run' >"$bare.example"
  timed 'embedding' inside './run embed examples/proteins.fasta -o x.h5'
  inside 'test -s x.h5 && ./run embed examples/proteins.fasta -o x.csv'
  inside './run doctor' >"$bare.doctor"
  grep -q 'pictures *SVG' "$bare.doctor" || wrong "built without pictures"
  compare
  report
  [[ $release == bookworm && -z ${GROEL_FRESH_TESTS:-} ]] || timed 'tests' inside './test --layer "ops engine io"'
  without_pictures
  say "fresh $release: all well; $(IFS=,; echo "${times[*]}" | sed 's/,/, /g')"
  remove_root "$bare"
}
main
