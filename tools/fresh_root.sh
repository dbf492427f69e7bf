# shellcheck shell=bash disable=SC2154
# A bare Debian root: made, filled with a clone of the tree, entered, removed. Sourced by tools/fresh.sh and
# tools/package.sh.

# Removes a root and nothing that is mounted in it.
remove_root() {
  local mount
  while read -r mount; do
    umount "$mount" || die "$mount is still mounted; nothing was removed"
  done < <(awk -v under="$1/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
  rm -rf --one-file-system "$1"
}

# This machine's package sources of Debian, for another release.
sources_for() {
  local here file
  here=$(. /etc/os-release && echo "$VERSION_CODENAME")
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [[ -f $file ]] && grep -qE "(^|[ /])$here( |-|/|\$)" "$file" || continue
    case $file in
      *.sources) sed "s/\b$here\b/$1/g" "$file" ;;
      *.list) grep -E "^deb .*debian" "$file" | sed "s/\b$here\b/$1/g" | as_stanzas ;;
    esac
    echo
  done
}

# One-line sources as deb822, so that one file holds both.
as_stanzas() {
  sed -E 's/^deb +(\[[^]]*\] +)?([^ ]+) +([^ ]+) +(.*)$/Types: deb\nURIs: \2\nSuites: \3\nComponents: \4\n/'
}

# make_base RELEASE: build/fresh/RELEASE.tar, by debootstrap; kept.
make_base() {
  local tar=$folder/$1.tar mirror
  [[ ! -f $tar ]] || return 0
  mirror=$(sources_for "$1" | awk '$1 == "URIs:" && !/security/ { print $2; exit }')
  [[ $1 != noble ]] || mirror=${GROEL_UBUNTU_MIRROR:-}
  [[ -n $mirror ]] || die "this machine's apt names no mirror to take $1 from"
  say "fresh $1: debootstrap makes the bare system (log: build/fresh/$1.log)"
  remove_root "$bare"
  # shellcheck disable=SC2046  # words or none
  timed 'debootstrap' debootstrap $(how_to_make "$1") --variant=minbase --include=ca-certificates "$1" "$bare" \
    "$mirror" $(script_of "$1") >"$folder/$1.log" 2>&1 </dev/null || fail "debootstrap could not make $1" "$folder/$1.log"
  rm -rf "$bare"/var/cache/apt/archives/*.deb
  tar -C "$bare" -cf "$tar.new" . && mv "$tar.new" "$tar"
}

# debootstrap's script for a release that it is too old to know: those of a distribution are all alike.
script_of() {
  [[ ! -e /usr/share/debootstrap/scripts/$1 ]] || return 0
  if [[ $1 == noble ]]; then echo gutsy; else echo sid; fi
}

# Without Ubuntu's keys signatures cannot be checked; nothing of such a root leaves it.
how_to_make() {
  local keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg
  [[ $1 == noble ]] || return 0
  if [[ -e $keys ]]; then echo "--keyring=$keys"; else echo --no-check-gpg; fi
}

unpack_base() {
  remove_root "$bare"
  mkdir -p "$bare"
  tar -C "$bare" -xf "$folder/$1.tar"
  settings "$1"
  mount --bind /proc "$bare/proc"
  mount --bind /dev "$bare/dev"
}

# What makes the network reachable from here: apt's sources and settings, certificates, npm's settings, names of hosts.
settings() {
  local file
  : >"$bare/etc/apt/sources.list"
  sources_for "$1" >"$bare/etc/apt/sources.list.d/debian.sources"
  cp /etc/apt/apt.conf.d/99* "$bare/etc/apt/apt.conf.d/" 2>/dev/null || true
  cp /etc/resolv.conf /etc/hosts "$bare/etc/"
  cp /usr/local/share/ca-certificates/*.crt "$bare/usr/local/share/ca-certificates/" 2>/dev/null || true
  cp /etc/ssl/certs/ca-certificates.crt "$bare/etc/ssl/certs/"
  for file in /etc/npmrc /usr/etc/npmrc; do
    [[ ! -f $file ]] || install -D -m 644 "$file" "$bare/etc/npmrc"
  done
  [[ ! -f $HOME/.npmrc ]] || cp "$HOME/.npmrc" "$bare/root/.npmrc"
}

# A clone of what is committed, as a newcomer has it.
put_tree() {
  [[ -z $(git -C "$root" status --porcelain) ]] || say "fresh $release: changes that are not committed are left out"
  git clone -q --no-hardlinks --depth 1 "file://$root" "$bare/srv/groel"
  chmod 755 "$bare/srv/groel"
}

# Of a root of this machine's own release: what .ci/run keeps of compiled objects, and the program that finds them. No
# package is installed for it.
kCacheFolder=/srv/cache
put_cache() {
  local here file name
  here=$(. /etc/os-release && echo "$VERSION_CODENAME")
  [[ $1 == "$here" && ${GROEL_COMPILER_LAUNCHER:-} == ccache && -d ${CCACHE_DIR:-} ]] || return 0
  mkdir -p "$bare$kCacheFolder/objects"
  for file in "$(type -P ccache)" $(ldd "$(type -P ccache)" | awk '/=> \// { print $3 }'); do
    [[ -e $bare$file ]] || cp -L "$file" "$bare$kCacheFolder/"
  done
  mount --bind "$CCACHE_DIR" "$bare$kCacheFolder/objects"
  cached=(GROEL_COMPILER_LAUNCHER=$kCacheFolder/ccache LD_LIBRARY_PATH=$kCacheFolder CCACHE_DIR=$kCacheFolder/objects
          CCACHE_BASEDIR=/srv/groel CCACHE_NOHASHDIR=yes CCACHE_DEPEND=yes CCACHE_IGNOREOPTIONS=-Werror)
  for name in LANG LC_ALL LC_CTYPE LC_MESSAGES; do  # the language of a compiler's messages is part of what it is found by
    [[ -z ${!name:-} ]] || cached+=("$name=${!name}")
  done
}
cached=()

# inside COMMAND: as root in the root, with nothing of this machine's environment but the way through a proxy.
inside() { inside_as root "$1"; }
inside_as() {
  local user=$1 name pass=()
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY GROEL_JOBS; do
    [[ -z ${!name:-} ]] || pass+=("$name=${!name}")
  done
  chroot --userspec="$user" "$bare" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
    "${pass[@]}" "${cached[@]}" bash -c "cd /srv/groel && $2" </dev/null
}

# MB on disk, without what is mounted.
disk_mb() { du -smx "$1" | cut -f 1; }

count_packages() { chroot "$bare" dpkg-query -f '.' -W | wc -c; }

# The numbers of two tables: equal words, and numbers as near as the golden tests want them of another library.
same_numbers() {
  awk -F, -v most=1e-4 '
    NR == FNR { line[FNR] = $0; n = FNR; next }
    { m = FNR; k = split(line[FNR], a, ","); if (k != NF) exit 1
      for (i = 1; i <= NF; ++i) {
        number = a[i] ~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/
        d = a[i] - $i; if (d < 0) d = -d
        if (number ? d > most : a[i] != $i) { print "line " FNR ": " a[i] " and " $i > "/dev/stderr"; exit 1 }
        if (number && d > worst) worst = d } }
    END { if (n != m) exit 1; printf "largest difference %g\n", worst }' "$1" "$2"
}
