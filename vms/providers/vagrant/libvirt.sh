#!/bin/sh
# Becomes the libvirt of one machine: a libvirtd that no other program of this host sees, and that sees nothing of theirs.
#
#   join      on the host: enter the machine's cgroups, then private namespaces
#   serve     in them: hide the host's libvirt, start libvirtd and the machine's network, and reap until libvirtd ends
#
# Domains, networks, bridges, firewall rules, pools and volumes are below the machine's folder or in these namespaces alone: they go
# when the last process ends, and a libvirt that runs on this host notices nothing.
#
# From the environment, set by libvirt.ts:
#   LIBVIRT_FOLDER   this machine's own folder, with "etc" in it
#   LIBVIRT_CGROUPS  cgroup folders to enter, one per line
#   LIBVIRT_DEVICES  devices of this host that its processes see, besides the ones that every program needs
#   LIBVIRT_GUEST    address of the machine
set -eu

join() {
  echo "$LIBVIRT_CGROUPS" | while read -r cgroup; do echo $$ >"$cgroup/cgroup.procs"; done
  exec unshare --mount --net --pid --ipc --fork --kill-child "$0" serve
}

serve() {
  read -r pid _ </proc/self/stat # still the host's /proc
  mount --make-rprivate /
  mount -t proc proc /proc
  # Shows the links of this network namespace. Without the cgroups below it libvirt uses none: those of the machine are enough.
  mount -t sysfs sysfs /sys
  devices
  for part in etc:/etc/libvirt lib:/var/lib/libvirt log:/var/log/libvirt cache:/var/cache/libvirt; do
    mkdir -p "$LIBVIRT_FOLDER/${part%%:*}" "${part#*:}"
    mount --bind "$LIBVIRT_FOLDER/${part%%:*}" "${part#*:}"
  done
  mount -t tmpfs -o mode=755 run /run
  ip link set lo up
  libvirtd --config /etc/libvirt/libvirtd.conf --pid-file /run/libvirtd.pid &
  libvirtd=$!
  until [ -S /run/libvirt/libvirt-sock ]; do # libvirt.ts holds the deadline
    kill -0 "$libvirtd"
    sleep 0.05
  done
  virsh --quiet --connect qemu:///system "net-define /etc/libvirt/network.xml; net-start plumbline"
  # As another host would that uses the machine as its gateway.
  ip route add default via "$LIBVIRT_GUEST"
  echo "$pid" >"$LIBVIRT_FOLDER/init.pid.new"
  mv "$LIBVIRT_FOLDER/init.pid.new" "$LIBVIRT_FOLDER/init.pid"
  # QEMU and dnsmasq become children of this process, which reaps whatever ends.
  while kill -0 "$libvirtd" 2>/dev/null; do wait "$libvirtd" || true; done
}

# libvirt asks QEMU again for what it can do, for seconds each time, when a device for KVM is there that can't be used: it must not be.
devices() {
  mkdir "$LIBVIRT_FOLDER/dev"
  mount -t tmpfs -o mode=755,nosuid dev "$LIBVIRT_FOLDER/dev"
  mkdir "$LIBVIRT_FOLDER/dev/net" "$LIBVIRT_FOLDER/dev/pts" "$LIBVIRT_FOLDER/dev/shm"
  for node in null zero full random urandom tty net/tun $LIBVIRT_DEVICES; do
    : >"$LIBVIRT_FOLDER/dev/$node"
    mount --bind "/dev/$node" "$LIBVIRT_FOLDER/dev/$node"
  done
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$LIBVIRT_FOLDER/dev/pts"
  mount -t tmpfs -o mode=1777 shm "$LIBVIRT_FOLDER/dev/shm"
  ln -s pts/ptmx "$LIBVIRT_FOLDER/dev/ptmx"
  ln -s /proc/self/fd "$LIBVIRT_FOLDER/dev/fd"
  for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%%:*}" "$LIBVIRT_FOLDER/dev/${stream#*:}"; done
  mount --move "$LIBVIRT_FOLDER/dev" /dev
}

"$@"
