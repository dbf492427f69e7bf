#!/usr/bin/env bash
# tools/lib.sh on a made-up system: which packages it misses, what it says, what it installs. Nothing is installed.
set -euo pipefail
unset "${!GROEL_@}"  # what a caller has set, as .ci/run does, is not the made-up system's
source_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/tools" "$root/bin"
printf '%s\n' '# comment' '[build]' 'cmake' 'g++' '' '[test]' 'libgtest-dev' 'odd-one?' 'late-one?' \
  >"$root/tools/packages.txt"

fail_test() {
  echo "FAILED: $*" >&2
  exit 1
}
expect() {  # expect WHAT IS WANTED
  [[ $2 == "$3" ]] || fail_test "$1: '$2' instead of '$3'"
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
[[ $said == *'apt-get update && apt-get install --no-install-recommends g++'* ]] || fail_test "no line to type in: $said"
[[ ! -e $root/build/.packages-build ]] || fail_test 'a failed installation left a stamp'
rm "$root/broken"

said=$(need_packages build test 2>&1)
[[ $said == *'installing with apt-get: g++ libgtest-dev late-one'* ]] || fail_test "does not say what it installs: $said"
expect 'stdout' "$(need_packages build test 2>/dev/null)" ''
expect 'what is missing then' "$(missing_packages build test)" ''
# dpkg's own state is older than the stamp now: nothing is asked again.
if [[ $root/build/.packages-build-test -nt /var/lib/dpkg/status ]]; then
  rm "$root/installed/g++"
  expect 'said with a current stamp' "$(need_packages build test 2>&1)" ''
  touch -d '+1 minute' "$root/tools/packages.txt"
  [[ $(need_packages build test 2>&1) == *'g++'* ]] || fail_test 'a changed list was not looked at'
fi

(($(build_jobs) >= 1)) || fail_test 'no job to build with'
free_kib() { echo 2000000; }
expect 'jobs in 2 GB' "$(build_jobs)" 1
GROEL_JOBS=3
expect 'jobs asked for' "$(build_jobs)" 3
unset GROEL_JOBS

# The last line of a failure is what to do about it.
log=$root/build/x.log
remedy() {  # remedy LOG_LINE WANTED
  printf '%s\n' 'Some line' "$1" 'Another line' >"$log"
  status=0
  said=$( (fail 'it failed' "$log") 2>&1) || status=$?
  expect "status after $1" "$status" 69
  [[ ${said##*$'\n'} == "groel: what to do: "*"$2"* ]] || fail_test "after '$1' the last line is: ${said##*$'\n'}"
}
remedy 'E: Write error - write (28: No space left on device)' 'the disk is full'
remedy "E: You don't have enough free space in /var/cache/apt/archives/." 'the disk is full'
remedy 'Temporary failure resolving deb.example.org' 'no way to the network'
remedy 'npm ERR! code ENOTFOUND' 'no way to the network'
remedy "E: dpkg was interrupted, you must manually run 'dpkg --configure -a'" 'dpkg --configure -a'
remedy 'E: Could not get lock /var/lib/dpkg/lock-frontend.' 'another program is installing'
remedy 'sudo: a password is required' 'may not install'
remedy 'ann is not in the sudoers file.' 'may not install'
remedy 'E: Unable to locate package gemmi-dev' 'Debian 12'
remedy 'c++: fatal error: Killed signal terminated program cc1plus' 'GROEL_JOBS=1'
remedy 'CMake 3.25 or higher is required.  You are running version 3.16.3' 'too old'
remedy 'CMake Error: this compiler lacks C++20: /usr/bin/c++ 9.4.0' 'too old'
remedy 'sudo: a terminal is required to read the password; either use the -S option' 'may not install'
remedy "g++: error: unrecognized command line option '-std=c++20'" 'too old'
remedy 'fatal error: fmt/format.h: No such file or directory' 'header is missing'
remedy 'ninja: error: opening build log: Permission denied' 'chown'
remedy 'npm ERR! code EINTEGRITY' 'package-lock.json'
remedy 'not found: what these Debian packages hold: libdnnl-dev' 'install the packages'
remedy 'ninja: build stopped: interrupted by user.' 'goes on where it stopped'
remedy 'something never seen' "$log"

# Progress: a line now and then without a terminal, nothing for an unchanged tree, everything in the log.
: >"$log"
said=$(printf '[%d/3] Building\n' 1 2 3 | show_progress "$log" compiling 2>&1)
expect 'what is said of progress' "$said" 'groel:   compiling 1/3'
expect 'lines in the log' "$(wc -l <"$log")" 3
expect 'an unchanged tree' "$(printf '[1/2] Re-checking\n' | show_progress "$log" compiling 2>&1)" ''
expect "apt's percentage" "$(echo 'pmstatus:g++:41.5:Unpacking' | show_progress "$log" install 2>&1)" 'groel:   install 41 %'

# The charting part: off is not tried; where it cannot be had that is said once, and the build goes on.
printf '{}\n' | tee "$root/package-lock.json" >"$root/package.json"
expect 'said when off' "$(GROEL_PICTURES=off need_charting 2>&1)" ''
fetch_charting() { echo 'npm ERR! code ENOTFOUND' && return 1; }
said=$(need_charting 2>&1) || fail_test "a build goes on without pictures: $said"
[[ $said == *'built without pictures; ./run --pictures tries again'* ]] || fail_test "without pictures is not said: $said"
touch -d '+1 minute' "$root/build/.without-pictures"
expect 'said again' "$(need_charting 2>&1)" ''
status=0
said=$( (GROEL_PICTURES=on need_charting) 2>&1) || status=$?
expect 'status where pictures are wanted' "$status" 69
fetch_charting() { mkdir -p "$root/node_modules"; }
need_charting 2>/dev/null
touch "$root/build/.without-pictures" -d '-1 hour'
said=$(need_charting 2>&1)
[[ -e $root/node_modules/.package-lock.json && ! -e $root/build/.without-pictures ]] || fail_test "fetched, but not so: $said"
