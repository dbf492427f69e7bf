#!/usr/bin/env bash
# BUILD (a build tree), VERSION, CMAKE and CXX come from CTest.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

"$CMAKE" --install "$BUILD" --prefix "$work/prefix" >/dev/null
for file in bin/groel include/groel/error.h; do
  [[ -f $work/prefix/$file ]] || fail "$file was not installed"
done
[[ $("$work/prefix/bin/groel" --version) == *"$VERSION"* ]] || fail "the installed program is not version $VERSION"
# The installed tree has to work where it is put, not where it was built.
mv "$work/prefix" "$work/moved"
! grep -rIl --include='*.cmake' -e "$work/prefix" -e "$BUILD" "$work/moved" || fail "the package names the build's folders"

"$CMAKE" -S "$here/outside" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/moved" \
  -DVERSION="$VERSION" -Werror=dev >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "find_package(groel) failed"; }
"$CMAKE" --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "the outside project did not build"; }
said=$("$work/build/outside")
[[ $said == "bad_input 4 my.fasta:3: no sequence" ]] || fail "the outside program said: $said"

# Examples and bundled models come along, and the program finds them from anywhere.
(cd "$work" && ./moved/bin/groel example) >"$work/example" || fail "the installed program does not run its example"
grep -q INS_HUMAN "$work/example" || fail "the installed example does not show insulin"
