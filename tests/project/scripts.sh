#!/usr/bin/env bash
# tools/lib.sh on a made-up system: which packages it misses, what it says, what it installs. Nothing is installed.
set -euo pipefail
source_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/tools" "$root/bin"
printf '%s\n' '# comment' '[build]' 'cmake' 'g++' '' '[test]' 'libgtest-dev' 'odd-one?' 'late-one?' \
  >"$root/tools/packages.txt"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
expect() {  # expect WHAT IS WANTED
  [[ $2 == "$3" ]] || fail "$1: '$2' instead of '$3'"
}

# Installed is what a file of that name in $root/installed says, which apt-get makes. Of odd-one apt knows nothing, and
# of late-one nothing before an update.
cat >"$root/bin/dpkg-query" <<'FAKE'
#!/bin/sh
for last; do :; done
[ -e "$FAKE_ROOT/installed/$last" ] && echo installed
FAKE
cat >"$root/bin/apt-get" <<'FAKE'
#!/bin/sh
echo "$*" >>"$FAKE_ROOT/apt.log"
[ ! -e "$FAKE_ROOT/broken" ] || exit 100
case "$*" in *update) touch "$FAKE_ROOT/updated" ;; *' install '*) for name; do touch "$FAKE_ROOT/installed/$name" 2>/dev/null; done ;; esac
exit 0
FAKE
cat >"$root/bin/apt-cache" <<'FAKE'
#!/bin/sh
[ "$2" != late-one ] || [ ! -e "$FAKE_ROOT/updated" ] || echo "late-one | 1"
FAKE
printf '#!/bin/sh\nexec "$@"\n' >"$root/bin/sudo"
chmod +x "$root"/bin/*
mkdir "$root/installed"
touch "$root/installed/cmake"
export FAKE_ROOT=$root PATH=$root/bin:$PATH
# shellcheck source=tools/lib.sh
source "$source_dir/tools/lib.sh"

expect 'a section' "$(packages_of test | xargs)" 'libgtest-dev odd-one? late-one?'
expect 'what is missing' "$(missing_packages build test | xargs)" 'g++ libgtest-dev'

touch "$root/broken"
status=0
said=$( (need_packages build) 2>&1) || status=$?
expect 'status of a failed installation' "$status" 69
[[ $said == *'apt-get update && apt-get install --no-install-recommends g++'* ]] || fail "no line to type in: $said"
[[ ! -e $root/build/.packages-build ]] || fail 'a failed installation left a stamp'
rm "$root/broken"

said=$(need_packages build test 2>&1)
[[ $said == *'installing with apt-get: g++ libgtest-dev late-one'* ]] || fail "does not say what it installs: $said"
expect 'stdout' "$(need_packages build test 2>/dev/null)" ''
expect 'what is missing then' "$(missing_packages build test)" ''
# dpkg's own state is older than the stamp now: nothing is asked again.
if [[ $root/build/.packages-build-test -nt /var/lib/dpkg/status ]]; then
  rm "$root/installed/g++"
  expect 'said with a current stamp' "$(need_packages build test 2>&1)" ''
  touch -d '+1 minute' "$root/tools/packages.txt"
  [[ $(need_packages build test 2>&1) == *'g++'* ]] || fail 'a changed list was not looked at'
fi

(($(build_jobs) >= 1)) || fail 'no job to build with'
free_kib() { echo 2000000; }
expect 'jobs in 2 GB' "$(build_jobs)" 1
