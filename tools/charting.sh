# shellcheck shell=bash disable=SC2154
# The charting part of the program: what package.json names, by npm, as package-lock.json pins it with its hash. Only
# the build needs it, and the build goes without. Sourced by tools/lib.sh.

# Whether there is anything to fetch.
charting_wanted() {
  [[ ${GROEL_PICTURES:-auto} != off && ! $root/node_modules/.package-lock.json -nt $root/package-lock.json ]] &&
    [[ ${GROEL_PICTURES:-auto} == on || ! $root/build/.without-pictures -nt $root/package-lock.json ]]
}

# The section of tools/packages.txt that fetching needs: none where npm is there, or where this user installs nothing.
charting_section() {
  if charting_wanted && ! command -v npm >/dev/null && { ((EUID == 0)) || command -v sudo >/dev/null; }; then
    echo charting
  fi
}

# need_charting: tries once and says once when pictures must be done without. GROEL_PICTURES: `on` tries again and ends
# where it fails, `off` does not try.
need_charting() {
  local stamp=$root/build/.without-pictures log=$root/build/charting.log
  charting_wanted || return 0
  make_folder "$root/build"
  step 2 "charting part: npm fetches $(sed -n 's/^    "\(.*\)": "\(.*\)".*/\1 \2/p' "$root/package.json" | xargs)"
  if (fetch_charting) >"$log" 2>&1 </dev/null; then
    touch "$root/node_modules/.package-lock.json"
    rm -f "$stamp"
    return
  fi
  grep -vE '^(groel|npm notice)' "$log" | tail -n 4 >&2
  [[ ${GROEL_PICTURES:-auto} != on ]] || fail "the charting part could not be fetched" "$log"
  touch "$stamp"
  say "the charting part could not be fetched (${log#"$root"/}): built without pictures; ./run --pictures tries again"
  say "  $(remedy_for "$log")"
}

# npm where there is one, of any origin; else Debian's, put beside the build for the moment.
fetch_charting() {
  if command -v npm >/dev/null; then
    cd "$root" && npm ci --ignore-scripts --no-audit --no-fund
    return
  fi
  local parts=$root/build/npm status=0
  if ! command -v node >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo "npm is not installed"
    return 1
  fi
  rm -rf "$parts"
  unpack_npm "$parts" && run_unpacked_npm "$parts" || status=$?
  rm -rf "$parts"
  return "$status"
}

# unpack_npm FOLDER: the parts that npm loads, downloaded and verified by apt.
unpack_npm() {
  local wanted deb
  mapfile -t wanted < <(packages_of npm-parts | awk 'NR == FNR { known[$1]; next } sub(/\?$/, "") && !($1 in known) { next } 1' \
    <(apt-cache pkgnames) -)
  mkdir -p "$1/debs"
  (cd "$1/debs" && apt-get -q -o APT::Sandbox::User=root download "${wanted[@]}") || return
  for deb in "$1"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$1" --exclude='./usr/share/doc*' --exclude='./usr/share/man*' || return
  done
}

run_unpacked_npm() {
  local modules=$1/usr/share/nodejs bundle=/etc/ssl/certs/ca-certificates.crt
  # Debian's node does not know Debian's certificates by itself.
  [[ ! -r $bundle ]] || export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$bundle}
  cd "$root" && NODE_PATH=$modules:$1/usr/lib/nodejs node "$modules/npm/bin/npm-cli.js" \
    ci --ignore-scripts --no-audit --no-fund --cache "$1/cache"
}
