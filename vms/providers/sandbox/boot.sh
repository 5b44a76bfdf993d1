#!/bin/sh
# Becomes a sandbox machine, in four stages, each of which replaces the one before:
#
#   join      on the host: enter the machine's cgroups, which are the root of what the machine sees of them
#   separate  enter the other private namespaces
#   assemble  in them: put the root file system together and pivot into it
#   services  as the machine: start the daemons, under an init that reaps
#
# In a machine that is up, services.ts runs "stop DAEMON", "crash DAEMON" and "restarted DAEMON".
#
# Nothing is mounted or linked outside the private namespaces, so the kernel removes all of it when the last process ends.
#
# From the environment, set by start.ts:
#   MACHINE_FOLDER     this machine's own folder on a real file system
#   MACHINE_OVERLAY    options of the overlay that is the machine's root, see overlayOptions in vms/image/overlay.ts
#   MACHINE_STORES     folder with what the stores of docker and containerd begin with; empty where there is none
#   MACHINE_CGROUPS    cgroup folders to enter, one per line
#   MACHINE_HIERARCHIES  what to mount below /sys/fs/cgroup: "v2", or one line "FOLDER OPTIONS" per version 1 hierarchy
set -eu

join() {
  # The pid that nsenter and cgroup.procs need is the one in the host's pid namespace: init's own /proc tells another.
  echo "$MACHINE_CGROUPS" | while read -r cgroup; do echo $$ >"$cgroup/cgroup.procs"; done
  exec unshare --cgroup "$0" separate
}

separate() {
  # A cgroup with processes of its own can't hand controllers down (cgroups(7), "no internal processes"): all of them are in one below,
  # this one too, which waits for the machine's init.
  if [ "$MACHINE_HIERARCHIES" = v2 ]; then
    mkdir "$MACHINE_CGROUPS/init"
    echo $$ >"$MACHINE_CGROUPS/init/cgroup.procs"
  fi
  exec unshare --mount --net --pid --ipc --uts --fork --kill-child "$0" assemble
}

assemble() {
  read -r pid _ </proc/self/stat # still the host's /proc
  mount --make-rprivate /
  root=$MACHINE_FOLDER/root
  # By mount(2): newer versions of libmount can't pass on as many bytes as the paths of layers have, see vms/image/overlay.ts.
  LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay -o "$MACHINE_OVERLAY" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t tmpfs -o mode=755 run "$root/run"
  devices "$root/dev"
  cgroups "$root/sys/fs/cgroup"
  # The runtimes put overlays of their own here, and an overlay can't be the upper layer of an overlay.
  for store in docker containerd; do
    mkdir -p "$MACHINE_FOLDER/$store" "$root/var/lib/$store"
    [ -z "$MACHINE_STORES" ] || cp -a --reflink=auto "$MACHINE_STORES/$store/." "$MACHINE_FOLDER/$store/"
    mount --bind "$MACHINE_FOLDER/$store" "$root/var/lib/$store"
  done
  cp "$0" "$root/run/boot.sh"
  echo "$pid" >"$MACHINE_FOLDER/init.pid.new"
  mv "$MACHINE_FOLDER/init.pid.new" "$MACHINE_FOLDER/init.pid"
  cd "$root"
  mkdir -p .host
  pivot_root . .host
  umount -l /.host
  rmdir /.host
  hostname plumbline
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    /usr/bin/tini -- /bin/sh /run/boot.sh services
}

devices() {
  mount -t tmpfs -o mode=755,nosuid dev "$1"
  for node in null zero full random urandom tty; do
    : >"$1/$node"
    mount --bind "/dev/$node" "$1/$node"
  done
  mkdir "$1/pts" "$1/shm" "$1/mqueue"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$1/pts"
  mount -t tmpfs -o mode=1777 shm "$1/shm"
  mount -t mqueue mqueue "$1/mqueue"
  ln -s pts/ptmx "$1/ptmx"
  ln -s /proc/self/fd "$1/fd"
  for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%%:*}" "$1/${stream#*:}"; done
}

cgroups() {
  if [ "$MACHINE_HIERARCHIES" = v2 ]; then
    mount -t cgroup2 cgroup2 "$1"
    for controller in $(cat "$1/cgroup.controllers"); do echo "+$controller" >"$1/cgroup.subtree_control"; done
    return
  fi
  mount -t tmpfs -o mode=755 cgroup "$1"
  echo "$MACHINE_HIERARCHIES" | while read -r folder options; do
    mkdir "$1/$folder"
    if [ "$options" = v2 ]; then
      mount -t cgroup2 cgroup2 "$1/$folder"
      continue
    fi
    mount -t cgroup -o "$options" cgroup "$1/$folder"
    case "$folder" in
      *,*) for name in $(echo "$folder" | tr , ' '); do ln -s "$folder" "$1/$name"; done ;;
    esac
  done
}

services() {
  network
  mv /run/boot.sh /run/plumbline/boot.sh
  tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
  mkdir -p /var/log/plumbline /run/lock
  start registry
  start containerd
  until [ -S /run/containerd/containerd.sock ]; do sleep 0.01; done # start.ts holds the deadline
  start dockerd
  exec sleep infinity
}

# The machine's way out, as in a VM: eth0, with a gateway behind it that is the world outside.
network() {
  sysctl -qw net.ipv4.ip_forward=0
  ip link set lo up
  mkdir /run/plumbline
  : >/run/plumbline/outside
  unshare --net=/run/plumbline/outside true
  ip link add eth0 type veth peer name uplink netns /run/plumbline/outside
  ip address add 192.0.2.2/24 dev eth0
  ip link set eth0 up
  ip route add default via 192.0.2.1
  nsenter --net=/run/plumbline/outside ip -batch - <<COMMANDS
address add 192.0.2.1/24 dev uplink
link set lo up
link set uplink up
route add default via 192.0.2.2
COMMANDS
}

start() {
  case $1 in
    registry) service registry docker-registry serve /etc/docker/registry/config.yml ;;
    containerd) service containerd containerd ;;
    dockerd) service dockerd dockerd --containerd=/run/containerd/containerd.sock ;;
  esac
}

# In a subshell that ends at once, so that the machine's init is the parent, which reaps.
service() (
  name=$1
  shift
  setsid "$@" >>"/var/log/plumbline/$name.log" 2>&1 </dev/null &
  echo $! >"/run/plumbline/$name.pid"
)

# As systemd ends a service with KillMode=process: the daemon alone, and by force after 90 s. See systemd.kill(5).
stop() {
  read -r pid <"/run/plumbline/$1.pid"
  kill -TERM "$pid"
  tries=0
  while [ -d "/proc/$pid" ]; do
    sleep 0.05
    tries=$((tries + 1))
    [ "$tries" -ne 1800 ] || kill -KILL "$pid"
  done
}

# As a crash ends it: the daemon alone, without a warning.
crash() {
  read -r pid <"/run/plumbline/$1.pid"
  kill -KILL "$pid"
  while [ -d "/proc/$pid" ]; do sleep 0.05; done
}

# Starts a daemon and waits until it answers; services.ts holds the deadline.
restarted() {
  start "$1"
  read -r pid <"/run/plumbline/$1.pid"
  until answers "$1"; do
    [ -d "/proc/$pid" ] || { tail -n 3 "/var/log/plumbline/$1.log" >&2; exit 1; }
    sleep 0.05
  done
}

answers() {
  case $1 in
    containerd) ctr version ;;
    dockerd) curl --silent --fail --unix-socket /run/docker.sock http://docker/_ping ;;
  esac >/dev/null 2>&1
}

"$@"
