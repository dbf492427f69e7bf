#!/bin/bash
# Two ranks in network namespaces of their own, on two host names, joined by a link that breaks while they work: what
# was computed is kept, and the rerun gives the bytes of one process. Environment: GROEL, SOURCE. Status 77: cannot be
# tried here.
set -e -o pipefail
for tool in ip unshare mpirun; do command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }; done
[ -e "$(dirname "$GROEL")/groel-mpi.so" ] || { echo "skipped: the program was built without MPI"; exit 77; }
work=$(mktemp -d /tmp/groel-ns-XXXXXX)
one=groel-a$$ two=groel-b$$ link=gra$$
ip netns add "$one" 2>/dev/null || { echo "skipped: no right to make network namespaces"; rm -rf "$work"; exit 77; }
run=
cleanup() {
  [ -z "$run" ] || kill "$run" 2>/dev/null || true
  for pid in $(ip netns pids "$one" 2>/dev/null) $(ip netns pids "$two" 2>/dev/null); do kill -9 "$pid" || true; done
  ip netns del "$one" || true
  ip netns del "$two" || true
  rm -rf "$work"
}
trap cleanup EXIT
ip netns add "$two"
ip link add "$link" netns "$one" type veth peer name "$link" netns "$two" 2>/dev/null ||
  { echo "skipped: this kernel makes no pair of network devices"; exit 77; }
ip -n "$one" addr add 10.77.0.1/24 dev "$link"
ip -n "$two" addr add 10.77.0.2/24 dev "$link"
for name in "$one" "$two"; do
  ip -n "$name" link set lo up
  ip -n "$name" link set "$link" up
done
# What mpirun starts its daemon on the other host with: HOST COMMAND...
cat >"$work/agent" <<AGENT
#!/bin/bash
shift
exec ip netns exec $two unshare --uts bash -c 'hostname groel-two; exec bash -c "\$0"' "\$*"
AGENT
chmod +x "$work/agent"
printf '10.77.0.1 slots=1\n10.77.0.2 slots=1\n' >"$work/hosts"
# Proteins of many lengths.
awk '/^>/ { next } { all = all $0 }
  END { for (i = 0; i < 600; i++) printf ">p%d\n%s\n", i, substr(all, 1 + i * 53 % (length(all) - 400), 20 + i * 37 % 380) }' \
  "$SOURCE/examples/proteins.fasta" >"$work/many.fasta"
cd "$work"
command=("$GROEL" embed many.fasta -m "$SOURCE/tests/data/esm2-tiny" -i per-residue --max-tokens 600)
"${command[@]}" -o one.h5 2>/dev/null

export GROEL_RANK_PATIENCE=4
start() {
  ip netns exec "$one" unshare --uts bash -c 'hostname groel-one; exec "$@"' - \
    mpirun --allow-run-as-root --hostfile hosts -n 2 --map-by node --mca plm_rsh_agent "$work/agent" \
    --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
    "${command[@]}" -o two.h5 "$@"
}
start >run.log 2>&1 &
run=$!
size=0
for turn in $(seq 600); do
  size=$(stat -c %s two.h5.partial/items.bin 2>/dev/null || echo 0)
  [ "$size" -lt 300000 ] || break
  sleep 0.05
done
grep -q "2 ranks on 2 machines" run.log || { cat run.log; echo "FAILED: the ranks are not on two machines"; exit 1; }
[ "$size" -ge 300000 ] || { cat run.log; echo "FAILED: nothing was computed"; exit 1; }
ip -n "$two" link set "$link" down
# Either rank 0 does without the other one (mpirun itself then waits for its own daemon there), or mpirun ends the run.
for turn in $(seq 1200); do
  if grep -q "all is done, though without" run.log || ! kill -0 "$run" 2>/dev/null; then break; fi
  sleep 0.05
done
if grep -q "all is done, though without" run.log; then
  for pid in $(ip netns pids "$one") $(ip netns pids "$two"); do kill -9 "$pid" || true; done
fi
wait "$run" && status=0 || status=$?
run=
[ "$status" -ne 0 ] || { cat run.log; echo "FAILED: the link broke, and the run says nothing"; exit 1; }
ip -n "$two" link set "$link" up
if [ -e two.h5 ]; then
  # The other rank was done without.
  grep -q "rank 1 (groel-two, process .*) has given no sign of life" run.log || { cat run.log; echo "FAILED: not named"; exit 1; }
else
  grep -q "groel-two\|10.77.0.2" run.log || { cat run.log; echo "FAILED: not named"; exit 1; }
  start --resume >rerun.log 2>&1 || { cat rerun.log; echo "FAILED: the rerun"; exit 1; }
  grep -q "are of an earlier run" rerun.log || { cat rerun.log; echo "FAILED: nothing was kept"; exit 1; }
fi
cmp one.h5 two.h5 || { echo "FAILED: other bytes than one process's"; exit 1; }
echo "ok: a broken link ($([ -e rerun.log ] && echo "kept, and run again" || echo "done without the rank behind it"))"
