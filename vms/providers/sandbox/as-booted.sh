#!/bin/sh
# Runs a command with what the kernel gives the first process of a machine: as-booted.sh COMMAND [ARGUMENT...]
# What whoever started the tool has would pass to daemons and containers, and a login shell, cron and CI differ in it.
# What the caller has no right to change stays as it is, such as a hard limit that is lower.
umask 022

# Of include/asm-generic/resource.h, and by the memory as in fork_init of kernel/fork.c. systemd lets services open more files than this, but
# not every root may raise a limit: this is low enough to be the same everywhere.
half=$(($(cat /proc/sys/kernel/threads-max) / 2))
limits="$(printf -- '--%s=unlimited:unlimited ' as cpu data fsize locks rss rttime)--core=0:unlimited --memlock=8388608:8388608
  --msgqueue=819200:819200 --nice=0:0 --nofile=1024:4096 --nproc=$half:$half --rtprio=0:0 --sigpending=$half:$half --stack=8388608:unlimited"
{
  prlimit --pid $$ $limits || for limit in $limits; do
    prlimit --pid $$ "$limit" || prlimit --pid $$ "${limit%:*}:"
  done
  echo 0 >/proc/self/oom_score_adj
  echo 4294967295 >/proc/self/loginuid # unset
  renice -n 0 -p $$
  ionice -c none -p $$
  chrt --other --pid 0 $$
  read -r processors </sys/devices/system/cpu/possible
  taskset --cpu-list --pid "$processors" $$ # a cpuset leaves its own of them
  echo 50000 >/proc/self/timerslack_ns # after chrt: a realtime process has none
  echo 0x33 >/proc/self/coredump_filter
  read -r personality </proc/self/personality
  # Nothing changes that of a process that runs already.
  [ "$personality" = 00000000 ] || ! setarch linux64 true || set -- setarch linux64 "$@"
} >/dev/null 2>&1
exec "$@"
