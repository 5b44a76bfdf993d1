#!/bin/sh
# Runs a command in the namespaces of a machine: enter.sh PID START-TIME CGROUPS NSENTER-OPTION COMMAND [ARGUMENT...]
# CGROUPS: the machine's cgroup folders, one per line; joined first, so that whatever the command starts counts as the machine's.
# NSENTER-OPTION: one more option for nsenter, or "--" for none.
pid=$1 started=$2 cgroups=$3 option=$4
shift 4

gone() {
  echo "enter.sh: the machine is gone" >&2
  exit 125
}
# Fields of proc_pid_stat(5) from the third on, since the second may contain anything; the twentieth of those is the start time.
start_time_of() { start_time=${20}; }

# A process id can pass to another process; together with its start time it can't.
read -r stat 2>/dev/null <"/proc/$pid/stat" || gone
start_time_of ${stat##*) }
[ "$start_time" = "$started" ] || gone

while read -r cgroup; do echo $$ >"$cgroup/cgroup.procs"; done <<LIST
$cgroups
LIST
exec nsenter --target "$pid" --all "$option" "$@"
