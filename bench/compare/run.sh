#!/usr/bin/env bash
# GroEL and the peers that are installed, in turn on the same weights, proteins and threads; prints a table of tokens/s.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)

usage() {
  cat <<'TEXT'
usage: bench/compare/run.sh [--install] [OPTIONS] [LAYERSxWIDTHxHEADS...]

  --install         first install the peers: python3-torch, python3-numpy and libopenblas0-pthread with apt-get,
                    onnxruntime-node with npm
  --peers LIST      onnxruntime, pytorch, pytorch-bf16, and where $ESM_CPP names a build of it esm.cpp, esm.cpp-int8,
                    esm.cpp-int8-bf16 [all]; those not installed are left out
  --dtypes LIST     GroEL's precisions: f32, bf16, f32x3, int8 [f32,bf16]
  --fasta FILE      proteins [bench/data/mixed.fasta]
  --residues N      how many residues of them, records spread evenly [60000 for 8M parameters, fewer for larger models]
  --threads N       threads of every program [2]
  --rounds N        turns; the median counts [5]
  --seconds S       time for each of a peer's settings while the fastest is looked for [20]
  --json FILE       write everything measured as JSON too
  --groel PROGRAM   [build/release/groel]

Shapes: default 6x320x20 (ESM-2 8M) and 30x640x20 (150M); 12x480x20 is 35M, 33x1280x20 is 650M. Models are written to
a folder in $WORK (or the system's temporary folder), removed at the end.
TEXT
}

die() {
  echo "compare: $*" >&2
  exit 2
}

# Two ways to be fast on Debian's PyTorch: oneDNN, which it brings, and OpenBLAS in place of the reference BLAS.
install_peers() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    python3-torch python3-numpy libopenblas0-pthread >&2 </dev/null
  # The package holds the runtime for the CPU; its install script would only fetch the one for GPUs.
  (cd "$here/onnxruntime" && npm ci --ignore-scripts --no-audit --no-fund --silent) >&2
}

case " $* " in
  *' --help '* | *' -h '*) usage && exit ;;
esac
command -v node >/dev/null || die "this needs Node.js (nodejs), for the tools too"
if [[ ${1:-} == --install ]]; then
  shift
  install_peers
fi
[[ " $* " == *' --groel'* || -x $root/build/release/groel ]] || die "build/release/groel is not built; ./run --version builds it"
exec node "$here/compare.mjs" "$@"
