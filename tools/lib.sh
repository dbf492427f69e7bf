# shellcheck shell=bash disable=SC2154
# What ./run and ./test share: installing packages and building a preset. Sourced by bash, with `root` set.
# Everything said here goes to stderr: stdout belongs to the program that is run.

kSetupFailed=69  # EX_UNAVAILABLE: none of GroEL's own exit codes

say() { printf 'groel: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit "$kSetupFailed"
}

# Names of a section of tools/packages.txt, one a line.
packages_of() {
  awk -v want="[$1]" '/^\[/ { here = ($1 == want); next } here && NF && !/^#/ { print $1 }' "$root/tools/packages.txt"
}

# The packages of the named sections that are not installed; an optional one only where apt knows it.
missing_packages() {
  local section name
  for section in "$@"; do
    for name in $(packages_of "$section"); do
      dpkg-query -W -f='${db:Status-Status}\n' "${name%\?}" 2>/dev/null | grep -qx installed && continue
      [[ $name == *\? && -z $(apt-cache madison "${name%\?}" 2>/dev/null) ]] && continue
      echo "${name%\?}"
    done
  done
}

apt() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >&2 </dev/null
}

# need_packages SECTION...: installs what is missing. A stamp newer than the list and than dpkg's own state skips the
# check.
need_packages() {
  local sections="$*" stamp
  stamp=$root/build/.packages-${sections// /-}
  [[ $stamp -nt $root/tools/packages.txt && $stamp -nt /var/lib/dpkg/status ]] && return
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian or Ubuntu system: provide what these packages hold:" \
      "$(for section in "$@"; do packages_of "$section"; done | xargs)"
    return
  fi
  [[ -z $(missing_packages "$@") ]] || install_packages "$@"
  mkdir -p "$root/build" && touch "$stamp"
}

# install_packages SECTION...: what is missing is looked up again once apt knows what there is: on a fresh system it
# knows no optional package before.
install_packages() {
  local missing line
  mapfile -t missing < <(missing_packages "$@")
  line="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "these packages are missing and this user may not install them; as root, run:"$'\n'"  $line"
  fi
  say "missing: ${missing[*]}; updating apt-get's lists"
  apt update || say "apt-get update failed; trying with the package lists at hand"
  mapfile -t missing < <(missing_packages "$@")
  say "installing with apt-get: ${missing[*]}"
  apt install -y --no-install-recommends "${missing[@]}" ||
    die "could not install the missing packages; as root, run:"$'\n'"  $line"
}

# need_node_modules: what package.json names, from npm, as package-lock.json pins it. npm itself is installed where it is
# missing; a system may have it from elsewhere than Debian.
need_node_modules() {
  local log=$root/build/npm.log
  [[ $root/node_modules/.package-lock.json -nt $root/package-lock.json ]] && return
  mkdir -p "$root/build"
  if ! command -v npm >/dev/null; then
    command -v dpkg-query >/dev/null || die "npm is missing (it installs what package.json names)"
    install_packages npm
  fi
  say "installing with npm: $(sed -n 's/^    "\(.*\)": "\(.*\)".*/\1 \2/p' "$root/package.json" | xargs)"
  (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 </dev/null ||
    die "npm could not install what package.json names; see $log"
  touch "$root/node_modules/.package-lock.json"
}

# Memory for compilers in KiB: what is free, or less where a control group says so.
free_kib() {
  local free limit=max
  free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
  [[ -r /sys/fs/cgroup/memory.max ]] && read -r limit </sys/fs/cgroup/memory.max
  [[ $limit != max ]] && ((limit / 1024 < free)) && free=$((limit / 1024))
  echo "$free"
}

# As many jobs as cores, but no more than one for every 1.5 GB of memory.
build_jobs() {
  local cores memory
  cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
  memory=$(($(free_kib) / 1500000))
  ((memory < 1)) && memory=1
  echo $((cores < memory ? cores : memory))
}

# Copies build output to the log and shows ninja's "[3/80]" as one line; says nothing when there is nothing to do.
show_progress() {
  local log=$1 what=$2 line said=''
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$log"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    ((BASH_REMATCH[2] > 2)) || continue  # the glob checks of an unchanged tree
    if [[ -t 2 ]]; then
      printf '\rgroel: building %s %s/%s ' "$what" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
      said=line
    elif [[ -z $said ]]; then
      say "building $what (log: ${log#"$root"/})"
      said=once
    fi
  done
  [[ $said != line ]] || echo >&2
}

# run_logged PRESET WHAT COMMAND...: output to the preset's log; on failure its tail.
run_logged() {
  local log="$root/build/$1/build.log" what="$1 ($2)"
  shift 2
  if ! "$@" 2>&1 </dev/null | show_progress "$log" "$what"; then
    tail -n 40 "$log" >&2
    die "the build failed; all of its output is in $log"
  fi
}

# build PRESET TARGET [CMAKE -D FLAGS]: configures where there is no build tree yet or a flag has changed, then builds.
# One build of a preset at a time; a second waits.
build() {
  local preset=$1 target=$2 dir="$root/build/$1" flag configure=()
  shift 2
  need_node_modules
  mkdir -p "$dir"
  exec {lock}>"$dir/.lock"
  flock "$lock"
  : >"$dir/build.log"
  [[ -f $dir/build.ninja ]] || configure=(yes)
  for flag in "$@"; do
    grep -qsx -- "${flag#-D}" <(sed -n 's/:[A-Z]*=/=/p' "$dir/CMakeCache.txt" 2>/dev/null) || configure=(yes)
  done
  ((${#configure[@]} == 0)) || run_logged "$preset" configuring cmake -S "$root" --preset "$preset" "$@"
  run_logged "$preset" "$(build_jobs) jobs" cmake --build "$dir" --target "$target" --parallel "$(build_jobs)"
  exec {lock}>&-
}
