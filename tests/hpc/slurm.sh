#!/bin/bash
# The job files of examples/hpc under a Slurm of one machine, and refusals under srun. Environment: GROEL (the program),
# SOURCE. Status 77: what it needs is not installed.
set -e -o pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=loopback.sh
. "$here/loopback.sh"
missing=$(slurm_missing | xargs)
if [ -n "$missing" ]; then
  echo "skipped: a Slurm needs $missing (apt-get install slurmctld slurmd slurm-client munge)"
  exit 77
fi
work=$(mktemp -d /tmp/groel-hpc-XXXXXX)
trap 'slurm_stop "$work/slurm"; rm -rf "$work"' EXIT
mkdir "$work/slurm"
slurm_start "$work/slurm"
cd "$work"
hpc=$SOURCE/examples/hpc input=$SOURCE/examples/proteins.fasta model=$SOURCE/tests/data/esm2-tiny
export GROEL GROEL_HOME=$SOURCE OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl=self,vader
export OMPI_MCA_btl_vader_single_copy_mechanism=none MPIRUN_OPTIONS="-n 2 --oversubscribe --bind-to none"
failed=0
check() { # check WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "FAILED: $what"; failed=1; fi
}
says() { grep -q "$1" "$2" || { cat "$2"; return 1; }; }

$GROEL embed "$input" -m "$model" -o one.h5 2>/dev/null

# An array: parts, each with a file of its own, that hold what the whole holds.
"$hpc/split-fasta" "$input" 2 parts >/dev/null
export PARTS=$work/parts MODEL=$model
sbatch --wait --array=1-2 --cpus-per-task=1 --output="$work/array-%a.log" "$hpc/embed-array.sbatch" >/dev/null
check "the array wrote both parts" test -s parts/1.h5 -a -s parts/2.h5
$GROEL embed parts/2.fasta -m "$model" -o part2.h5 2>/dev/null
check "a part is what one process writes" cmp parts/2.h5 part2.h5
sbatch --wait --array=1-1 --cpus-per-task=1 --output="$work/again.log" "$hpc/embed-array.sbatch" >/dev/null
check "a finished part is left alone" says "is there already" again.log

# Under srun each task is a copy: all but what is shared is refused, and copies for themselves are allowed.
srun -n 2 --oversubscribe $GROEL tokens MKT >srun.out 2>srun.err && status=0 || status=$?
check "srun of what is not shared fails" test "$status" -ne 0
check "and says so" says "srun started 2 copies" srun.err
GROEL_MPI=off srun -n 2 --oversubscribe $GROEL tokens MKT >srun.out 2>/dev/null
check "copies for themselves" test "$(sort srun.out | uniq -c | awk '{ print $1 % 2 }' | sort -u)" = 0

if command -v mpirun >/dev/null && [ -e "$(dirname "$GROEL")/groel-mpi.so" ]; then
  export INPUT=$input OUTPUT=$work/mpi.h5
  sbatch --wait --nodes=1 --ntasks-per-node=2 --cpus-per-task=1 --output="$work/mpi.log" "$hpc/embed-mpi.sbatch" >/dev/null ||
    cat mpi.log
  check "two ranks in a job" says "2 ranks on 1 machine" mpi.log
  check "write what one process writes" cmp one.h5 mpi.h5
  export DATA=$input ACCUMULATE=2 OPTIONS="--layers 1 --width 32 --heads 4 --steps 3 --batch-tokens 300 --max-length 100"
  OUTPUT=$work/trained sbatch --wait --nodes=1 --ntasks-per-node=2 --cpus-per-task=1 --output="$work/train.log" "$hpc/train-mpi.sbatch" >/dev/null ||
    cat train.log
  $GROEL train mlm --data "$input" --output one-trained --accumulate 2 $OPTIONS >/dev/null 2>&1
  check "two ranks train what one process does" cmp one-trained/model.safetensors trained/model.safetensors
  # srun starts ranks by itself, where it knows of PMIx.
  if srun --mpi=list 2>&1 | grep -q pmix; then
    srun -n 2 --oversubscribe --mpi=pmix $GROEL embed "$input" -m "$model" -o srun.h5 2>pmix.err || cat pmix.err
    check "srun --mpi=pmix" cmp one.h5 srun.h5
  fi
else
  echo "skipped: ranks (no mpirun, or a program without MPI)"
fi
exit $failed
