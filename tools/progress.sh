# shellcheck shell=bash
# How far a long step is, for a terminal and for a log. Sourced by tools/lib.sh.

kSayEvery=20  # seconds between two lines where there is no terminal

# show_progress LOG WHAT: copies stdin to the log and shows ninja's "[3/80]" and apt's percentages; says nothing when
# there is nothing to do. A terminal sees one line that changes, anything else a line now and then.
show_progress() {
  local log=$1 what=$2 line far said='' next=0
  exec {to}>>"$log"
  while IFS= read -r line; do
    if [[ $line =~ ^(pm|dl)status:[^:]*:([0-9]+) ]]; then
      far="${BASH_REMATCH[2]} %"
    else
      printf '%s\n' "$line" >&"$to"
      [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
      ((BASH_REMATCH[2] > 2)) || continue  # the glob checks of an unchanged tree
      far="${BASH_REMATCH[1]}/${BASH_REMATCH[2]}"
    fi
    if [[ -t 2 ]]; then
      printf '\rgroel:   %s %s \e[K' "$what" "$far" >&2
      said=yes
    elif ((SECONDS >= next)); then
      say "  $what $far"
      next=$((SECONDS + kSayEvery))
    fi
  done
  exec {to}>&-
  [[ -z $said ]] || echo >&2
}
