import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import type {MachineFile} from '../machine.ts';
import {cpioArchive, type CpioMember} from './cpio-archive.ts';
import {moduleOrder} from './kernel-modules.ts';

/** What the first process prints on the console when the kernel command line has `plumbline.trial`, before it ends the machine. */
export const trialMarker = 'plumbline: this kernel boots';

/** Addresses of QEMU's user network: https://www.qemu.org/docs/master/system/devices/net.html */
export const userNetwork = {machine: '10.0.2.15', gateway: '10.0.2.2', prefix: 24} as const;

/** On the kernel command line: the address is asked for, by DHCP, where a machine is not alone with QEMU's user network. */
export const dhcpParameter = 'plumbline.dhcp';

/** Drivers that must be there before the root file system is; those a kernel has built in are left out. */
const drivers = ['virtio_pci', 'virtio_blk', 'virtio_net', 'ext4', 'vmgenid'] as const;

/**
 * The initial RAM file system of a machine: drivers for the disk and the network, the network's addresses (nothing in the machine
 * has to wait for them then), and the step over to the disk. `modules` is the folder of the kernel's modules, `busybox` a static one.
 */
export const buildInitrd = async (modules: string, busybox: string, signal: AbortSignal): Promise<Buffer> => {
  const paths = moduleOrder(await readFile(join(modules, 'modules.dep'), 'utf8'), drivers);
  const contents = await Promise.all(paths.map(async (path) => readModule(join(modules, path), busybox, signal)));
  return cpioArchive([
    ...['dev', 'proc', 'sys', 'root', 'modules'].map((path): CpioMember => ({path, type: 'folder'})),
    {path: 'dev/console', type: 'device', major: 5, minor: 1},
    {path: 'busybox', type: 'file', content: await readFile(busybox), mode: 0o755},
    {path: 'init', type: 'file', content: Buffer.from(initScript(paths.length)), mode: 0o755},
    {path: 'dhcp', type: 'file', content: Buffer.from(dhcpScript), mode: 0o755},
    ...contents.map((content, index): CpioMember => ({
      path: `modules/${index}.ko`,
      type: 'file',
      content,
      mode: 0o644,
    })),
  ]);
};

/** Files that {@link buildInitrd}'s first process puts on the disk, as an archive to append to it; empty where there are none. */
export const initrdFiles = (files: readonly MachineFile[]): Buffer => {
  if (files.length === 0) return Buffer.alloc(0);
  const folders = new Set(['files']);
  for (const {path} of files) {
    const parts = join('files', path).split('/');
    for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join('/'));
  }
  return cpioArchive([
    ...[...folders].sort().map((path): CpioMember => ({path, type: 'folder'})),
    ...files.map(({path, content, mode}): CpioMember => ({
      path: join('files', path),
      type: 'file',
      content: Buffer.from(content),
      mode,
    })),
  ]);
};

/** Unpacked here: under emulation it would take the machine longer than all else it does before its init. */
const readModule = async (path: string, busybox: string, signal: AbortSignal): Promise<Uint8Array> => {
  if (path.endsWith('.ko')) return readFile(path);
  const applet = path.endsWith('.xz') ? 'xzcat' : 'zcat';
  const {stdout} = await execa(busybox, [applet, path], {encoding: 'buffer', cancelSignal: signal});
  return stdout;
};

/** What udhcpc calls. The gateway is who gave the address: a network that ends there has no router to name. */
const dhcpScript = `#!/busybox sh
[ "$1" = bound ] || exit 0
/busybox ip address add "$ip/$mask" dev "$interface"
/busybox ip route add default via "$serverid"
`;

const initScript = (modules: number): string => `#!/busybox sh
b=/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs dev /dev
case " $($b cat /proc/cmdline) " in *' plumbline.trial '*)
  echo '${trialMarker}'
  $b reboot -f
esac
module=0
while [ $module -lt ${modules} ]; do
  $b insmod /modules/$module.ko
  module=$((module + 1))
done
$b ip link set lo up
$b ip link set eth0 up
case " $($b cat /proc/cmdline) " in
*' ${dhcpParameter} '*) $b udhcpc -i eth0 -f -n -q -t 100 -T 1 -s /dhcp ;;
*)
  $b ip address add ${userNetwork.machine}/${userNetwork.prefix} dev eth0
  $b ip route add default via ${userNetwork.gateway}
  ;;
esac
$b mount -t ext4 -o noatime,noinit_itable /dev/vda /root
if [ -d /files ]; then $b cp -a /files/. /root/; fi
$b mount --move /dev /root/dev
$b umount /sys /proc
exec $b switch_root /root /sbin/init
`;
