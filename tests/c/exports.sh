#!/usr/bin/env bash
# exports.sh LIBRARY HEADER: the library exports what the header declares, of version GROEL_1, and nothing else.
set -euo pipefail
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
declared=$(sed 's|//.*||; /^#/d' "$2" | tr '\n' ' ' | tr ';{}' '\n' | grep -E '^ *GROEL_API ' | grep -oE '^[^(]*' | grep -oE 'groel_[a-z0-9_]+$' | sort)
exported=$(nm -D --defined-only "$1" | awk '$2 != "A" { print $3 }' | sort)
(($(wc -l <<<"$declared") > 20)) || fail "the header declares only: $declared"
# shellcheck disable=SC2001  # of every line
diff <(sed 's/$/@@GROEL_1/' <<<"$declared") <(echo "$exported") || fail '< declared in the header, > exported by the library'
