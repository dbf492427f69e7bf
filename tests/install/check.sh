#!/usr/bin/env bash
# Runs the README's C++ example with the lines shown there; then again from a moved prefix. BUILD (a build tree),
# SOURCE, VERSION, CMAKE, CC, CXX and PYTHON come from CTest.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work/home
unset GROEL_HOME
mkdir -p "$HOME/program"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
# try WHAT COMMAND...: its output is shown when it fails.
try() {
  local what=$1
  shift
  "$@" >"$work/log" 2>&1 </dev/null || { cat "$work/log" >&2; fail "$what"; }
}

# snippet LANGUAGE N: the Nth block of that language in the README's section.
snippet() {
  awk -v fence="\`\`\`$1" -v want="$2" '
    /^## / { here = ($0 == "## From C++") }
    here && $0 == fence { inside = (++n == want); next }
    /^```$/ { inside = 0 }
    inside' "$SOURCE/README.md"
}

# The README's lines speak of build/release and of a cmake on the PATH.
mkdir "$work/bin"
ln -s "$CMAKE" "$work/bin/cmake"
export PATH=$work/bin:$PATH
readme_lines() { snippet sh "$1" | sed "s|build/release|$BUILD|"; }

installing=$(readme_lines 1) building=$(readme_lines 2)
[[ $installing == *'--install'*'~/.local'* && $building == *'~/.local'* ]] ||
  fail "the README's lines were not found: $installing / $building"
try "installing" bash -euc "cd '$SOURCE'; $installing"
prefix=$HOME/.local
for file in bin/groel include/groel/error.h share/groel/models/groel-5m/model.safetensors share/man/man1/groel-embed.1 \
  share/bash-completion/completions/groel share/zsh/site-functions/_groel share/fish/vendor_completions.d/groel.fish; do
  [[ -f $prefix/$file ]] || fail "$file was not installed"
done
[[ $("$prefix/bin/groel" --version) == *"$VERSION"* ]] || fail "the installed program is not version $VERSION"

# Nothing of this machine: no folder of the build, of the prefix, or of a library.
! grep -rnE --include='*.cmake' -e "$prefix" -e "$BUILD" -e "$SOURCE" "$prefix" || fail "the package names the build's folders"
mapfile -t package < <(find "$prefix" -name '*.cmake')
((${#package[@]} >= 4)) || fail "the package has only ${package[*]}"
! grep -nE '(^|[";:])/[a-z]' "${package[@]}" || fail "the package names absolute paths"

snippet cmake 1 >"$HOME/program/CMakeLists.txt"
snippet cpp 1 >"$HOME/program/my_program.cpp"
# The README's own words say what comes out.
wanted=$(sed -n 's/^build\/my_program *# //p' <<<"$building")
[[ $wanted == 'cosine similarity 0.'* ]] || fail "the README does not say what the program prints: $wanted"
readme_program() {  # WHEN: the README's lines in the program's folder
  try "the README's lines, $1" bash -euc "cd '$HOME/program'; $building"
  [[ $(tail -n 1 "$work/log") == "$wanted" ]] || fail "$1 the program printed $(tail -n 1 "$work/log"), not $wanted"
}
readme_program 'as installed'

# Moved: the program as built says what to do, or runs once it is told; the same lines with the new place make it anew.
mv "$prefix" "$work/moved"
said=$("$HOME/program/build/my_program" 2>&1) && fail "the moved prefix was found, which nothing told of"
[[ $said == *"GROEL_HOME"* ]] || fail "a program whose prefix has moved says: $said"
[[ $(GROEL_HOME=$work/moved/share/groel "$HOME/program/build/my_program") == "$wanted" ]] || fail "GROEL_HOME does not help"
building=${building//\~\/.local/$work/moved}
readme_program 'after moving'
# A program that is installed into the prefix moves with it.
mkdir -p "$work/again/bin" && cp "$HOME/program/build/my_program" "$work/again/bin/" && mv "$work/moved/share" "$work/again/"
[[ $("$work/again/bin/my_program") == "$wanted" ]] || fail "a program does not find share/groel beside it"
mv "$work/again/share" "$work/moved/"

# The C interface and the Python module, where this build has them.
if [[ -f $BUILD/libgroel.so.1 ]]; then
  if command -v pkg-config >/dev/null; then
    flags=$(PKG_CONFIG_PATH=$work/moved/lib/pkgconfig pkg-config --cflags --libs groel) || fail "pkg-config does not know groel"
  else
    flags="-I$work/moved/include -L$work/moved/lib -lgroel"
  fi
  # shellcheck disable=SC2086  # words
  try "compiling the C example" "$CC" -std=c11 -Wall -Wextra -Wpedantic -Werror "$SOURCE/examples/embed.c" -o "$work/embed" $flags -lm
  [[ $(LD_LIBRARY_PATH=$work/moved/lib "$work/embed") == "$wanted" ]] || fail "the C example does not say $wanted"
fi
if [[ -d $BUILD/python/groel ]]; then
  said=$(PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$work/moved/lib/python3/dist-packages "$PYTHON" "$SOURCE/examples/embed.py") ||
    fail "the Python example failed"
  [[ $said == "$wanted" ]] || fail "the Python example says $said"
fi

# The whole archive: whatever any part of the library needs must be found through the package.
try "find_package(groel)" "$CMAKE" -S "$here/outside" -B "$work/build" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$work/moved" -DVERSION="$VERSION" -Werror=dev
try "building outside" "$CMAKE" --build "$work/build"
said=$("$work/build/outside")
[[ $said == "bad_input 4 my.fasta:3: no sequence" ]] || fail "the outside program said: $said"

# Examples and bundled models come along, and the program finds them from anywhere.
(cd "$work" && ./moved/bin/groel example) >"$work/example" || fail "the installed program does not run its example"
grep -q INS_HUMAN "$work/example" || fail "the installed example does not show insulin"
