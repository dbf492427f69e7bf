# shellcheck shell=bash disable=SC2154
# What ./run and ./test share: what is said, installing packages. Sourced by bash, with `root` set.
# Everything said here goes to stderr: stdout belongs to the program that is run.

kSetupFailed=69  # EX_UNAVAILABLE: none of GroEL's own exit codes
kSteps=4         # of a first start: packages, charting part, configuring, compiling
tools=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

say() { printf 'groel: %s\n' "$*" >&2; }
die() {
  say "$@"
  exit "$kSetupFailed"
}
step() { say "step $1 of $kSteps: $2"; }

# fail WHAT LOG: what failed, where all of it is, and last what to do.
fail() {
  say "$1 (all of it: ${2#"$root"/})"
  die "what to do: $(remedy_for "$2")"
}

trap 'say "interrupted; run the same line again, it goes on where it stopped"; exit 130' INT

# shellcheck source=tools/progress.sh
source "$tools/progress.sh"
# shellcheck source=tools/remedies.sh
source "$tools/remedies.sh"
# shellcheck source=tools/charting.sh
source "$tools/charting.sh"
# shellcheck source=tools/build.sh
source "$tools/build.sh"

# Names of a section of tools/packages.txt, one per line.
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

# apt LOG ARGUMENTS OF apt-get...: as root, its output to the log and how far it is to stderr. (How far it is comes on a
# descriptor of its own, opened where sudo has closed all others: apt keeps that one from the packages' scripts.)
apt() {
  local log=$1 sudo=()
  shift
  ((EUID == 0)) || sudo=(sudo)
  # shellcheck disable=SC2016  # for the inner shell
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C sh -c 'exec apt-get -o APT::Status-Fd=3 "$@" 3>&1' apt-get \
    -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" 2>&1 </dev/null | show_progress "$log" "apt-get ${1#-}"
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
  if [[ -n $(missing_packages "$@") ]]; then install_packages "$@"; fi
  make_folder "$root/build" && touch "$stamp"
}

make_folder() {
  mkdir -p "$1" 2>/dev/null && return
  die "cannot write to $1: take it back from who has made it (as root: chown -R $(id -un) $1)"
}

# install_packages SECTION...: what is missing is looked up again once apt knows what there is: on a fresh system it
# knows no optional package before.
install_packages() {
  local missing line log=$root/build/packages.log
  mapfile -t missing < <(missing_packages "$@")
  line="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    say "packages are missing and this user may not install them, as there is no sudo; as root, run:"
    die "  $line"
  fi
  make_folder "$root/build"
  : >"$log"
  step 1 "packages: apt-get looks up ${#missing[@]} that are missing here"
  apt "$log" update || say "apt-get update failed; trying with the package lists at hand"
  mapfile -t missing < <(missing_packages "$@")
  say "installing with apt-get: ${missing[*]}"
  apt "$log" install -y --no-install-recommends "${missing[@]}" || {
    grep -E '^(E:|W:|sudo:|dpkg: error)' "$log" | tail -n 5 >&2
    say "could not install the missing packages; by hand, as root:"
    say "  $line"
    fail "installing failed" "$log"
  }
}
