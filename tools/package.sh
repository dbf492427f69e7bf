#!/usr/bin/env bash
# Builds the packages and proves each in roots that have nothing of this machine: tools/package.sh [RELEASE...]
#
# The tarball: in a bare Debian 12, a bare Debian 13 and an Ubuntu, with no network and nothing installed. The Debian
# package: in a bare root of this machine's release. Each RELEASE named besides (trixie) builds and proves its own
# Debian package in roots of its own, compiler and all. The Ubuntu is build/fresh/noble.tar, which debootstrap makes from
# $GROEL_UBUNTU_MIRROR; without either a Debian of the next release takes its place, and that is said.
set -euo pipefail
root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)
# shellcheck source=tools/lib.sh
source "$root/tools/lib.sh"
# shellcheck source=tools/fresh_root.sh
source "$root/tools/fresh_root.sh"

((EUID == 0)) || die "roots need the rights of root: sudo ./test --package"
need_packages build package fresh python
if [[ -z ${GROEL_PACKAGE_INSIDE:-} ]]; then  # in a mount namespace of its own, whose mounts go with it
  GROEL_PACKAGE_INSIDE=yes exec unshare --mount --propagation private "${BASH_SOURCE[0]}" "$@"
fi
folder=$root/build/fresh bare=$root/build/fresh/package packages=$root/build/release/packages
here=$(. /etc/os-release && echo "$VERSION_CODENAME")
readonly kUbuntu=noble kAfterDebian=forky
# A job whose ligand RDKit alone can read.
readonly kMolecule='{"dialect":"alphafold3","version":1,"name":"m","modelSeeds":[1],"sequences":[{"ligand":{"id":"L","smiles":"CCO"}}]}'
mkdir -p "$folder"
timed() { shift && "$@"; }  # of fresh_root.sh: nothing is timed here
wrong() { die "package: $*"; }

# make_packages: the newest of what cpack made is what the names say.
make_packages() {
  build release groel_cli
  rm -rf "$packages"
  (cd "$root/build/release" && cpack -G 'DEB;TGZ') >"$root/build/release/cpack.log" 2>&1 </dev/null ||
    { tail -n 20 "$root/build/release/cpack.log" >&2; wrong "cpack failed"; }
  tarball=$(ls "$packages"/*.tar.gz) deb=$(ls "$packages"/*.deb)
  say "made $(basename "$tarball") ($(du -h "$tarball" | cut -f 1)), $(basename "$deb") ($(du -h "$deb" | cut -f 1))"
}

# What this build prints and computes.
expectations() {
  "$root/build/release/groel" example >"$folder/here.example"
  (cd "$root" && "$root/build/release/groel" embed examples/proteins.fasta -o "$folder/here.csv" --overwrite 2>/dev/null)
}

# fresh RELEASE: a new root of that release.
fresh() {
  make_base "$1"
  unpack_base "$1"
  mkdir -p "$bare/srv/groel"
  # shellcheck disable=SC2016  # for the shell in the root
  if chroot "$bare" sh -c 'for tool in cc gcc g++ cmake python3; do command -v $tool && exit; done; exit 1'; then
    wrong "$1: the root has build tools"
  fi
}

# as_user COMMAND: as nobody, with a home that is empty and no way to the network's settings.
as_user() {
  chroot --userspec=nobody "$bare" env -i HOME=/tmp/home PATH=/usr/bin:/bin LC_ALL=C.UTF-8 bash -euc "cd /tmp && $1" </dev/null
}

# runs WHERE PROGRAM: the example, an embedding with this build's numbers, what the program says of itself.
runs() {
  local where=$1 program=$2 share said apart
  chroot "$bare" install -d -o nobody /tmp/home
  rm -f "$bare/tmp/x.csv"
  said=$(as_user "$program --version --json") || wrong "$where: --version --json: $said"
  share=$(sed -n 's/^ *"data_folder": "\(.*\)",\{0,1\}$/\1/p' <<<"$said")
  [[ $share == */share/groel ]] || wrong "$where: bundled files are looked for in '$share'"
  grep '"commit"' <<<"$said" | cmp -s - <("$root/build/release/groel" --version --json | grep '"commit"') ||
    wrong "$where: another commit than here: $said"
  as_user "$program example" | cmp - "$folder/here.example" || wrong "$where: groel example prints something else than here"
  as_user "$program embed $share/examples/proteins.fasta -o x.csv 2>&1" >/dev/null || wrong "$where: groel embed failed"
  apart=$(same_numbers "$folder/here.csv" "$bare/tmp/x.csv") || wrong "$where: the vectors differ by more than 1e-4"
  as_user "printf '%s' '$kMolecule' >m.json; $program fold --check m.json" | grep -q 'conformers by RDKit' ||
    wrong "$where: the part with RDKit is not loaded"
  as_user "source ${share%/groel}/bash-completion/completions/groel; complete -p groel" >/dev/null ||
    wrong "$where: bash does not take the completion"
  say "$where: glibc $(chroot "$bare" ldd --version | sed -n '1s/.* //p'), example equal, vectors: $apart"
}

# own_libraries WHERE PREFIX: every library is the tarball's, but for glibc's.
own_libraries() {
  local others
  others=$(chroot "$bare" ldd "$2/bin/groel" "$2"/lib/groel/*.so | awk '$2 == "=>" { print $3 }' | grep -v "^$2/" |
    grep -vE '/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv|mvec))\.so' || true)
  [[ -z $others ]] || wrong "$1: libraries of the system are loaded: $others"
}

# prove_tarball RELEASE
prove_tarball() {
  local name where="tarball on $1" floor
  name=$(basename "$tarball" .tar.gz)
  fresh "$1"
  tar -C "$bare/opt" -xzf "$tarball"
  own_libraries "$where" "/opt/$name"
  runs "$where" "/opt/$name/bin/groel"
  mkdir "$bare/srv/elsewhere" && mv "$bare/opt/$name" "$bare/srv/elsewhere/groel"
  own_libraries "$where, moved" /srv/elsewhere/groel
  as_user '/srv/elsewhere/groel/bin/groel example' | cmp - "$folder/here.example" || wrong "$where: not once it has moved"
  floor=$(sed -n '1s/.*glibc \([0-9.]*\).*/\1/p' "$bare/srv/elsewhere/groel/share/doc/groel/libraries/README")
  [[ -n $floor ]] || wrong "$where: the least glibc is not said"
  remove_root "$bare"
}

# other_languages WHERE: the Python module and libgroel.so, where the package has them.
other_languages() {
  local where=$1 share=/usr/share/groel/examples number='cosine similarity 0.9736'
  inside 'dpkg -L groel | grep -q libgroel.so' || { say "$where: without libgroel.so"; return; }
  inside 'apt-get -qy install --no-install-recommends gcc libc6-dev pkg-config' >>"$folder/deb.log" 2>&1 || wrong "$where: a C compiler"
  as_user "gcc -std=c11 $share/embed.c -o c-embed \$(pkg-config --cflags --libs groel) -lm && ./c-embed" | grep -qx "$number" ||
    wrong "$where: the C example does not say $number"
  inside 'dpkg -L groel | grep -q dist-packages' || { say "$where: without the Python module"; return; }
  inside 'apt-get -qy install --no-install-recommends python3-numpy' >>"$folder/deb.log" 2>&1 || wrong "$where: NumPy"
  as_user "python3 $share/embed.py" | grep -qx "$number" || wrong "$where: the Python example does not say $number"
  inside "python3 $share/embed.py" >/dev/null  # as root, who leaves compiled files
  say "$where: C and Python examples say $number"
}

# prove_deb RELEASE DEB: installed with what it depends on alone, then with what it recommends; removed without a trace.
prove_deb() {
  local where="package on $1" left
  fresh "$1"
  cp "$2" "$bare/tmp/groel.deb"
  inside 'apt-get -q update && apt-get -qy install --no-install-recommends /tmp/groel.deb man-db' >"$folder/deb.log" 2>&1 ||
    { tail -n 20 "$folder/deb.log" >&2; wrong "$where: it does not install"; }
  runs "$where" groel
  as_user 'man --warnings -E UTF-8 -l -Tutf8 -Z /usr/share/man/man1/groel*.1.gz 2>&1 >/dev/null' >"$folder/man.log"
  [[ ! -s $folder/man.log ]] || wrong "$where: man warns: $(head -n 3 "$folder/man.log")"
  as_user 'man groel | grep -q "runs protein language models" && man groel-embed | grep -q -- --include' ||
    wrong "$where: man does not show the pages"
  inside 'apt-get -qy install librsvg2-2 fonts-dejavu-core' >>"$folder/deb.log" 2>&1 || wrong "$where: what is recommended"
  as_user 'groel tokens -o t.csv --picture t.png >/dev/null 2>&1 && head -c 8 t.png | grep -q PNG' || wrong "$where: no PNG"
  other_languages "$where"
  # shellcheck disable=SC2016  # for the shell in the root
  left=$(inside 'dpkg -L groel >/tmp/files; apt-get -qy purge groel >/dev/null 2>&1; while read -r file; do
    [ ! -f "$file" ] || echo "$file"; done </tmp/files; find /usr/lib/python3 -ipath "*groel*" 2>/dev/null || true')
  [[ -z $left ]] || wrong "$where: left after removing it: $left"
  remove_root "$bare"
}

# The steps of the container's definition, in a root: %files copied, %post run, then %test.
prove_container() {
  local definition=$root/packaging/groel.def where="container's steps"
  section() { awk -v want="%$1" '/^%/ { here = ($1 == want); next } here' "$definition"; }
  fresh bookworm
  mkdir -p "$bare/opt" && cp "$tarball" "$bare/opt/groel.tar.gz"
  section post >"$bare/tmp/post.sh" && section test >"$bare/tmp/test.sh"
  inside 'sh -eu /tmp/post.sh' >"$folder/container.log" 2>&1 || { tail "$folder/container.log" >&2; wrong "$where: %post"; }
  inside 'sh -eu /tmp/test.sh' >>"$folder/container.log" 2>&1 || { tail "$folder/container.log" >&2; wrong "$where: %test"; }
  runs "$where" groel
  remove_root "$bare"
  if command -v apptainer >/dev/null; then
    (cd "$packages" && cp "$tarball" groel.tar.gz && apptainer build --force groel.sif "$definition" && apptainer test groel.sif) >>"$folder/container.log" 2>&1 ||
      wrong "apptainer build failed (build/fresh/container.log)"
  else
    say "apptainer is not here: the image is not built, its steps are proven in a root"
  fi
}

# deb_of RELEASE: built in a root of that release.
deb_of() {
  local release=$1
  make_base "$release"
  unpack_base "$release"
  put_tree
  say "package on $release: building (log: build/fresh/deb-$release.log)"
  inside './run doctor && apt-get -qy install --no-install-recommends dpkg-dev file git &&
    git config --global --add safe.directory /srv/groel && ninja -C build/release groel_cli && cd build/release &&
    cpack -G DEB' >"$folder/deb-$release.log" 2>&1 || { tail -n 20 "$folder/deb-$release.log" >&2; wrong "no package of $release"; }
  cp "$bare"/srv/groel/build/release/packages/*.deb "$packages/"
  remove_root "$bare"
  prove_deb "$release" "$(ls "$packages"/*"~$(release_id "$release")"_*.deb)"
}
release_id() { tar -xOf "$folder/$1.tar" ./usr/lib/os-release | awk -F= '/^(ID|VERSION_ID)=/ { gsub("\"", "", $2); v[$1] = $2 } END { print v["ID"] v["VERSION_ID"] }'; }

# The root that stands for Ubuntu.
ubuntu_root() {
  [[ -f $folder/$kUbuntu.tar || -n ${GROEL_UBUNTU_MIRROR:-} ]] && echo "$kUbuntu" && return
  say "no Ubuntu root and no GROEL_UBUNTU_MIRROR: Debian's $kAfterDebian takes its place"
  echo "$kAfterDebian"
}

main() {
  local release
  make_packages
  expectations
  for release in bookworm trixie "$(ubuntu_root)"; do prove_tarball "$release"; done
  prove_deb "$here" "$deb"
  prove_container
  for release; do [[ $release == "$here" ]] || deb_of "$release"; done
  say "package: all well; $(cd "$packages" && sha256sum -- *.deb *.tar.gz)"
}
main "$@"
