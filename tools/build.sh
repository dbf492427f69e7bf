# shellcheck shell=bash disable=SC2154
# Configures and builds a preset. Sourced by tools/lib.sh.

# Memory for compilers in KiB: what is free, or less where a control group says so.
free_kib() {
  local free limit=max
  free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
  [[ -r /sys/fs/cgroup/memory.max ]] && read -r limit </sys/fs/cgroup/memory.max
  [[ $limit != max ]] && ((limit / 1024 < free)) && free=$((limit / 1024))
  echo "$free"
}

# As many jobs as cores, but no more than one for every 1.5 GB of memory; or $GROEL_JOBS.
build_jobs() {
  local cores memory
  if [[ ${GROEL_JOBS:-} =~ ^[1-9][0-9]*$ ]]; then
    echo "$GROEL_JOBS"
    return
  fi
  cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
  memory=$(($(free_kib) / 1500000))
  ((memory < 1)) && memory=1
  echo $((cores < memory ? cores : memory))
}

# The lines of a build's log that say what is wrong, not the whole tail.
show_errors() {
  local shown
  shown=$(grep -E '(error|Error|ERROR)[: ]|CMake Error|No space left|Killed|^FAILED' -A 3 "$1" | head -n 20)
  printf '%s\n' "${shown:-$(tail -n 20 "$1")}" >&2
}

# run_logged LOG WHAT COMMAND...: output to the log; on failure what is wrong, and the likely remedy.
run_logged() {
  local log=$1 what=$2
  shift 2
  if ! "$@" 2>&1 </dev/null | show_progress "$log" "$what"; then
    show_errors "$log"
    fail "$what failed" "$log"
  fi
}

# build PRESET "TARGETS" [CMAKE -D FLAGS]: configures where there is no build tree yet or a flag has changed, then builds.
# One build of a preset at a time; a second waits.
build() {
  local preset=$1 targets dir="$root/build/$1" flag log="$root/build/$1/build.log" configure=() first=''
  read -r -a targets <<<"$2"
  shift 2
  need_charting
  make_folder "$dir"
  exec {lock}>"$dir/.lock"
  flock "$lock"
  : >"$log"
  [[ -f $dir/build.ninja ]] || configure=(yes) first=yes
  for flag in "$@"; do
    grep -qsx -- "${flag#-D}" <(sed -n 's/:[A-Z]*=/=/p' "$dir/CMakeCache.txt" 2>/dev/null) || configure=(yes)
  done
  if ((${#configure[@]} > 0)); then
    step 3 "configuring build/$preset"
    run_logged "$log" configuring cmake -S "$root" --preset "$preset" "$@"
  fi
  [[ -z $first ]] || step 4 "compiling with $(build_jobs) jobs (log: ${log#"$root"/}); a first time takes minutes"
  # A compiler's memory in large pages, where the system has them: it is a sixth faster.
  GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1} \
    run_logged "$log" "compiling ($preset)" cmake --build "$dir" --target "${targets[@]}" --parallel "$(build_jobs)"
  exec {lock}>&-
}
