import {registryFolder} from './root-files.ts';

/** Where things are that only a machine with a kernel of its own has. */
export const vmPaths = {
  /** Host key of its sshd; the public half is beside it with `.pub`. */
  hostKey: '/etc/plumbline/ssh_host_key',
  /** Keys that may enter from the start, where a machine is given any; the door hands over others. */
  authorizedKeys: '/etc/plumbline/authorized_keys',
  /** Statically linked, for the initial RAM file system. */
  busybox: '/usr/lib/plumbline/busybox',
} as const;

/** A file of the VM layer. */
export interface VmFile {
  readonly content: string;
  readonly mode: number;
}

/** Logs of what is run in the background; and the folder of systemd for units without a file, which it makes with the first one and keeps. */
const makeFolders = 'mkdir -p /run/plumbline /var/log/plumbline /run/systemd/transient';

/** On the kernel command line of a machine that Lima starts: the way in is described by a disc, and there is no second serial port. */
export const cidataParameter = 'plumbline.cidata';

/**
 * Answers the host on the second serial port: the way in that needs no network. One line each way:
 *
 *   ready                                             guest to host, once, when the daemons answer
 *   hello GENERATION EPOCH-SECONDS ENTROPY KEY...     host to guest: a machine starts or was restored
 *   welcome BEFORE BOOT-ID KERNEL GENERATION          guest to host: the generation that it was told before, and now
 */
const door = `#!/bin/sh
exec </dev/ttyS1 >/dev/ttyS1
stty raw -echo
${makeFolders}
generation=none
until curl --silent --output /dev/null https://registry-1.docker.io/v2/; do sleep 0.1; done
kernel=$(uname -r)
echo ready
while true; do
  read -r word next now entropy key || exec sleep infinity
  [ "$word" = hello ] || continue
  echo "$key" >/run/plumbline/authorized_keys
  echo "$entropy" >/dev/urandom
  date --set="@$now" >/dev/null
  read -r boot </proc/sys/kernel/random/boot_id
  echo "welcome $generation $boot $kernel $next"
  generation=$next
done
`;

/**
 * Does with Lima's disc what cloud-init would, which takes most of a minute where instructions are emulated: makes Lima's user, lets
 * in the keys, and runs Lima's own boot script. Of its users' configuration as YAML only the keys are nowhere else on the disc.
 * https://github.com/lima-vm/lima/tree/v2.2.0/pkg/cidata/cidata.TEMPLATE.d
 */
const cidata = `#!/bin/sh
set -eu
${makeFolders}
# QEMU's user network plays a router for version 6 as well, as it does for Lima alone.
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_ra
ip -6 route flush dev eth0 proto ra
ip -6 address flush dev eth0 scope site
modprobe -a virtio_scsi sr_mod isofs
until [ -b /dev/sr0 ]; do sleep 0.1; done
export LIMA_CIDATA_MNT=/mnt/lima-cidata
mkdir -p -m 700 $LIMA_CIDATA_MNT
# A machine that comes from a snapshot has another disc by now.
umount $LIMA_CIDATA_MNT 2>/dev/null || true
blockdev --flushbufs /dev/sr0
mount -t iso9660 -o ro,mode=0700,dmode=0700,overriderockperm,exec,uid=0 /dev/sr0 $LIMA_CIDATA_MNT
while IFS='=' read -r name value; do
  case $name in LIMA_CIDATA_USER) user=$value;; LIMA_CIDATA_UID) uid=$value;; LIMA_CIDATA_HOME) home=$value;; esac
done <$LIMA_CIDATA_MNT/lima.env
if ! grep -q "^$user:" /etc/passwd; then
  echo "$user:x:$uid:$uid::$home:/bin/sh" >>/etc/passwd
  echo "$user:x:$uid:" >>/etc/group
  echo "$user:*:::::::" >>/etc/shadow
  mkdir -p "$home"
  chown "$uid:$uid" "$home"
fi
sed -n 's/^ *- "\\(ssh-[^"]*\\)"$/\\1/p' $LIMA_CIDATA_MNT/user-data >/run/plumbline/authorized_keys
$LIMA_CIDATA_MNT/boot.sh
`;

const sshd = `# The host alone connects, over a port forwarded to its loopback: one connection, with any number of sessions in it.
AddressFamily inet
HostKey ${vmPaths.hostKey}
AuthorizedKeysFile /run/plumbline/authorized_keys ${vmPaths.authorizedKeys}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
StrictModes no
MaxSessions 1000
# Two keepalives a minute without an answer mean nothing under emulation: the host decides when a machine is dead.
ClientAliveInterval 0
X11Forwarding no
PrintMotd no
SetEnv PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
`;

/** Files that make a root into one that a kernel boots, by path. */
export const vmFiles: Readonly<Record<string, VmFile>> = {
  '/etc/plumbline/sshd_config': {content: sshd, mode: 0o644},
  '/usr/lib/plumbline/door': {content: door, mode: 0o755},
  '/usr/lib/plumbline/cidata': {content: cidata, mode: 0o755},
  '/etc/systemd/system/plumbline-registry.service': {
    content: `[Unit]
Description=Registry that answers for docker.io
RequiresMountsFor=${registryFolder}
[Service]
ExecStart=/usr/bin/docker-registry serve /etc/docker/registry/config.yml
`,
    mode: 0o644,
  },
  '/etc/systemd/system/plumbline-ssh.service': {
    content: `[Unit]
Description=The host's way in
[Service]
RuntimeDirectory=sshd
ExecStart=/usr/sbin/sshd -D -f /etc/plumbline/sshd_config
KillMode=process
TasksMax=infinity
LimitNOFILE=1048576
`,
    mode: 0o644,
  },
  '/etc/systemd/system/plumbline-door.service': {
    content: `[Unit]
Description=Answers the host on the second serial port
ConditionKernelCommandLine=!${cidataParameter}
After=plumbline-registry.service plumbline-ssh.service containerd.service docker.service
[Service]
ExecStart=/usr/lib/plumbline/door
`,
    mode: 0o644,
  },
  '/etc/systemd/system/plumbline-cidata.service': {
    content: `[Unit]
Description=Does what Lima's disc says
ConditionKernelCommandLine=${cidataParameter}
After=plumbline-ssh.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/plumbline/cidata
`,
    mode: 0o644,
  },
  // Nothing is to be written to the disk that nobody reads; the host asks for the journal while the machine runs.
  '/etc/systemd/journald.conf.d/plumbline.conf': {
    content: '[Journal]\nStorage=volatile\nRuntimeMaxUse=32M\nRateLimitBurst=0\n',
    mode: 0o644,
  },
};

/** Started at boot, and nothing else that a package would start. */
const started = [
  'containerd.service',
  'docker.service',
  'plumbline-registry.service',
  'plumbline-ssh.service',
  'plumbline-door.service',
  'plumbline-cidata.service',
] as const;

/** Pulled in by systemd's own targets, without a use in a machine that is thrown away. */
const masked = [
  'apparmor.service',
  'dev-hugepages.mount',
  'docker-registry.service',
  'getty.target',
  'kmod-static-nodes.service',
  'modprobe@.service',
  'proc-sys-fs-binfmt_misc.automount',
  'ssh.service',
  'ssh.socket',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-ask-password-console.path',
  'systemd-ask-password-wall.path',
  'systemd-binfmt.service',
  'systemd-journal-catalog-update.service',
  'systemd-journal-flush.service',
  'systemd-logind.service',
  'systemd-machine-id-commit.service',
  'systemd-random-seed.service',
  'systemd-tmpfiles-clean.timer',
  'systemd-update-done.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-user-sessions.service',
] as const;

/**
 * Shell script that finishes the VM layer, run in its root after the files are there: the host key, and which units start.
 * The empty machine-id says that this is not a first boot, on which systemd would enable every unit there is; each boot gets one.
 */
export const finishScript = `set -eu
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -C machine -f ${vmPaths.hostKey}
: >/etc/machine-id
# dash starts several times faster than bash where instructions are emulated, and every command goes through it.
sed -i '/^root:/s|:[^:]*$|:/bin/sh|' /etc/passwd
cd /etc/systemd/system
rm -rf -- *.wants *.requires
mkdir multi-user.target.wants
for unit in ${started.join(' ')}; do
  for folder in /etc/systemd/system /lib/systemd/system; do
    if [ -e "$folder/$unit" ]; then ln -sf "$folder/$unit" multi-user.target.wants/; break; fi
  done
done
mkdir sockets.target.wants
ln -s /lib/systemd/system/docker.socket sockets.target.wants/
ln -sf /lib/systemd/system/multi-user.target default.target
for unit in ${masked.join(' ')}; do ln -sf /dev/null "$unit"; done
mkdir -p /etc/systemd/system-generators
for generator in /lib/systemd/system-generators/*; do
  ln -sf /dev/null "/etc/systemd/system-generators/\${generator##*/}"
done
`;
