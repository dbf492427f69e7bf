# A Slurm of one machine in a folder of its own, without systemd: munged, slurmctld and slurmd on the loopback. Sourced.
# slurm_missing: what is not installed. slurm_start FOLDER: starts it, and sets SLURM_CONF. slurm_stop FOLDER: ends it.

slurm_missing() {
  local tool
  for tool in munged slurmctld slurmd sbatch srun scontrol; do command -v $tool >/dev/null || echo "$tool"; done
  [ "$(id -u)" = 0 ] || echo "root's rights"
}

slurm_start() {
  local folder=$1 host
  host=$(hostname -s)
  mkdir -p "$folder/spool" "$folder/state" "$folder/munge"
  chmod 700 "$folder/munge"
  dd if=/dev/urandom bs=1 count=1024 of="$folder/munge/key" 2>/dev/null
  chmod 600 "$folder/munge/key"
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge.socket" --pid-file="$folder/munge/pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
  cat >"$folder/slurm.conf" <<CONF
ClusterName=loop
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$folder/slurm.conf
  slurmctld -c
  slurmd
  local turn
  for turn in $(seq 50); do
    [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && return 0
    sleep 0.2
  done
  echo "slurm does not come up; its logs:" >&2
  tail -n 5 "$folder"/slurm*.log >&2
  return 1
}

slurm_stop() {
  local file pid turn
  for file in slurmd.pid slurmctld.pid munge/pid; do
    pid=$(cat "$1/$file" 2>/dev/null) || continue
    kill "$pid" 2>/dev/null || true
    for turn in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  done
}
