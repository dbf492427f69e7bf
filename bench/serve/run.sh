#!/usr/bin/env bash
# Throughput, latency and overload of `groel serve`, next to `groel bench` of the same model and proteins: run.sh [MODEL].
# The client shares the processor with the server. A build with -DGROEL_BENCH=ON; STEPS="saturation half overload" chooses.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
groel=${GROEL:-$root/build/release/groel}
client=${CLIENT:-$root/build/release/bench/bench_serve}
model=${1:-$root/models/groel-5m}
proteins=$root/bench/data/mixed.fasta
steps=${STEPS:-bench single saturation half overload}
work=$(mktemp -d)
dtype=${DTYPE:-f32}

"$groel" serve -m "$model" --dtype "$dtype" --port 0 ${SERVE:-} >"$work/address" 2>"$work/said" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
until [[ -s $work/address ]]; do sleep 0.1; done
port=$(sed 's/.*://' "$work/address")
# field NAME...: of the last answer
field() { node -e 'let x = JSON.parse(process.argv[1]); for (const k of process.argv.slice(2)) x = x?.[k]; console.log(x ?? 0)' "$last" "$@"; }
ask() {
  last=$("$client" "$port" "$proteins" pid=$server "$@")
  echo "$*: $last"
}

ask connections=1 seconds=3 >/dev/null # warm
if [[ $steps == *bench* ]]; then
  printf '{"name": "served", "model": "%s", "data": "%s", "dtype": "%s", "threads": 0, "residues": 60000}' \
    "$(realpath "$model")" "$proteins" "$dtype" >"$work/served.json"
  TIMEFORMAT='bench took %U + %S s of the processor, of '"${RUNS:-3}"' runs and one before them'
  time "$groel" bench "$work/served.json" --runs "${RUNS:-3}"
fi
if [[ $steps == *single* ]]; then ask connections=1 seconds="${SINGLE:-10}"; fi
ask connections=32 seconds="${SATURATION:-15}"
rate=$(field 200 per_second)
if [[ $steps == *half* ]]; then
  ask connections=64 seconds="${HALF:-20}" rate="$(node -p "$rate / 2")"
fi
if [[ $steps == *overload* ]]; then
  # More connections than the server takes at a time (SERVE='--connections 512 --max-waiting 32768') would wait unrefused.
  # What connections take when they first come is taken before, so that memory tells what an hour of it would do.
  ask connections=400 seconds=5 rate="$(node -p "$rate * 10")"
  ask connections=400 seconds="${OVERLOAD:-60}" rate="$(node -p "$rate * 10")"
fi
