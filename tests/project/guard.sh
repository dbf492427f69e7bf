#!/usr/bin/env bash
# tools/guard.sh on made-up counts and a made-up history: what is too much, and what excuses it.
set -euo pipefail
command -v git >/dev/null || exit 77  # skipped
source_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=tools/guard.sh
source "$source_dir/tools/guard.sh"
root=$(mktemp -d)
work=$root
trap 'rm -rf "$root"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# counts BASE CHANGE: of one of two parts; the other stays.
counts() {
  printf 'start-up 500\nforward %d\n' "$1" >"$work/base.txt"
  printf 'start-up 500\nforward %d\n' "$2" >"$work/change.txt"
}
counts 1000000 1029000
compare >"$root/table" || fail '2.9 % more failed'
[[ $(<"$root/table") == *'forward'*'1000000'*'1029000'*'+2.90%'* ]] || fail "the table: $(<"$root/table")"
counts 1000000 1031000
! compare >"$root/table" || fail '3.1 % more passed'
[[ $(<"$root/table") == *'+3.10%  WORSE'* ]] || fail "the table: $(<"$root/table")"
counts 1000000 500000
compare >/dev/null || fail 'half passed for worse'
: >"$work/change.txt"
! compare >/dev/null || fail 'no counts passed'

mkdir -p "$root/tools"
printf 'start-up 5\nforward 7\n' >"$root/new"
record abc123 "$root/new"
[[ $(recorded abc123) == $'start-up 5\nforward 7' ]] || fail 'what was recorded is not found'
! recorded abc124 >/dev/null || fail "another commit's counts were taken"
(made_with() { echo 'another compiler'; } && ! recorded abc123 >/dev/null) || fail "another compiler's counts were taken"

repository() { git -C "$root" -c user.name=a -c user.email=a@example.org "$@"; }
repository init -q -b main
repository commit -q --allow-empty -m 'first' -m 'Slower: of no concern, before the base'
[[ $(default_base 2>/dev/null) != "$(repository rev-parse HEAD)" ]] || fail 'a commit is its own base'
repository commit -q --allow-empty -m 'second'
[[ $(default_base) == "$(repository rev-parse HEAD^)" ]] || fail 'on main the base is the commit before'
repository checkout -q -b work
repository commit -q --allow-empty -m 'third'
[[ $(default_base) == "$(repository rev-parse main)" ]] || fail 'on a branch the base is where it began'
[[ -z $(slower_reason main) ]] || fail 'a reason from before the base'
repository commit -q --allow-empty -m 'fourth' -m 'Slower: exact to the last bit'
[[ $(slower_reason main) == 'exact to the last bit' ]] || fail 'the reason was not found'
