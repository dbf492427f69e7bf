#!/usr/bin/env bash
# Makes an installed prefix independent of this machine's libraries: tools/bundle.sh PREFIX
#
# Every library that PREFIX/bin/groel loads goes into PREFIX/lib, but for glibc's own, which have to be those of the
# system that runs it; so do libraries that it opens when they are asked for (libcurl). The program looks there first,
# wherever the prefix is; so do its parts in lib/groel. share/doc/groel/libraries has the notices of what travels, and README says which glibc is the
# least.
set -euo pipefail
prefix=$(cd -- "$1" && pwd)
program=$prefix/bin/groel
parts=$prefix/lib/groel  # files that the program loads when they are asked for: RDKit's, the server's
notices=$prefix/share/doc/groel/libraries

die() {
  echo "bundle: $*" >&2
  exit 1
}
command -v patchelf >/dev/null || die "patchelf is missing: apt-get install patchelf"

# Part of glibc; another one than the system's would not go with its loader.
is_glibc() { [[ $1 =~ ^(ld-linux.*|lib(c|m|dl|rt|pthread|util|resolv|anl|mvec|nss_.*))\.so\. ]]; }

# Names that the program gives to dlopen: of libcurl. (librsvg is the system's: it needs the system's fonts.)
opened() { grep -aoE 'libcurl\.so\.[0-9]+' "$program" | sort -u; }

# Paths of libraries that a file needs, of whatever depth.
needed() {
  local lines
  lines=$(ldd "$1")
  ! grep 'not found' <<<"$lines" >&2 || die "$1 lacks libraries"
  awk '$2 == "=>" { print $3 }' <<<"$lines"
}

# path_of NAME: where the loader has it.
path_of() { ldconfig -p | awk -v name="$1" '$1 == name && /x86-64|AArch64/ && !found++ { print $NF }'; }

take() {
  local name=${1##*/}
  is_glibc "$name" || [[ -e $prefix/lib/$name ]] || {
    install -m 644 -D "$(readlink -f -- "$1")" "$prefix/lib/$name"
    strip --strip-unneeded "$prefix/lib/$name"
    note "$1" "$name"
  }
}

# The package that a library is of, and its notice.
note() {
  local package
  package=$(dpkg -S "$1" 2>/dev/null || dpkg -S "$(readlink -f -- "$1")" 2>/dev/null || dpkg -S "/usr$1" 2>/dev/null || true)
  package=${package%%:*}
  [[ -n $package ]] || die "no package owns $1: its licence is not known"
  install -m 644 -D "/usr/share/doc/$package/copyright" "$notices/$package"
  printf '%-24s %s %s\n' "$2" "$package" "$(dpkg-query -W -f='${Version}\n' "$package" | head -n 1)" >>"$notices/list"
}

# The newest version of glibc that any file asks for.
floor() {
  objdump -T "$program" "$prefix"/lib/*.so.* "$parts"/*.so 2>/dev/null | grep -oE 'GLIBC_2\.[0-9]+' | sort -t. -k2 -n | tail -n 1 |
    sed 's/GLIBC_//'
}

readme() {
  printf 'This program needs glibc %s or newer and nothing else of the system.\n\n' "$(floor)"
  printf 'The libraries in lib/ are those of these Debian packages, unchanged but for stripped symbols. Their notices are\n'
  printf 'the files beside this one, by package; their sources are those of Debian.\n\n'
  sort "$notices/list"
}

mkdir -p "$prefix/lib" "$notices"
: >"$notices/list"
while read -r library; do take "$library"; done < <(needed "$program")
for name in $(opened); do
  path=$(path_of "$name")
  [[ -n $path ]] || die "$name, which the program opens, is not on this machine"
  take "$path"
  while read -r library; do take "$library"; done < <(needed "$path")
done
for part in "$parts"/*.so; do
  [[ -e $part ]] || continue
  while read -r library; do take "$library"; done < <(needed "$part")
  # shellcheck disable=SC2016  # the loader's word
  patchelf --force-rpath --set-rpath '$ORIGIN/..' "$part"
done
# RPATH, not RUNPATH: it holds for the libraries' own libraries, too, and goes before LD_LIBRARY_PATH.
# shellcheck disable=SC2016  # the loader's word
patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$program"
readme >"$notices/README"
rm "$notices/list"
