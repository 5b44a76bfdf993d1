import type {Acceleration} from '../../machine.ts';
import {userNetwork} from '../../image/initrd.ts';

/** What a QEMU process is to be. Paths are absolute. */
export interface QemuSpec {
  /** Shown by ps(1). */
  readonly name: string;
  readonly acceleration: Acceleration;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** Rate of the processor's time stamp counter, where it is emulated and that is known: see `emulatedCounterMhz`. */
  readonly counterMhz?: number | undefined;
  readonly kernel: string;
  readonly initrd: string;
  /** The qcow2 image that is written to. */
  readonly disk: string;
  /** File with the machine's memory. Written to when `isMemoryShared`, else only read, as far as the machine touches it. */
  readonly memory: string;
  readonly isMemoryShared: boolean;
  /** Receives what the machine prints on its first serial port. */
  readonly console: string;
  /** Unix sockets: the second serial port, and QEMU's control. At most 107 bytes. */
  readonly door: string;
  readonly control: string;
  /** Wait for the state of a snapshot instead of booting. */
  readonly isIncoming: boolean;
}

/** Program of QEMU for this host's own processor, `process.arch` in the words of QEMU. */
export const qemuProgram = (architecture: string = process.arch): string =>
  `qemu-system-${architecture === 'arm64' ? 'aarch64' : 'x86_64'}`;

/** Identifiers that control commands refer to. */
export const qemuIds = {network: 'net', disk: 'disk', memory: 'memory'} as const;

/**
 * The command line of a machine: https://www.qemu.org/docs/master/system/invocation.html
 * The guest's network ends at QEMU (`restrict`), apart from the port of its sshd, which is forwarded to a free one of the loopback.
 */
export const qemuArgv = (spec: QemuSpec, architecture: string = process.arch): readonly string[] => [
  qemuProgram(architecture),
  '-name',
  escapeValue(spec.name),
  '-nodefaults',
  '-no-user-config',
  '-display',
  'none',
  // A kernel that panics or is told to reboot ends the process, which is noticed at once.
  '-no-reboot',
  '-machine',
  `${architecture === 'arm64' ? 'virt' : 'pc'},memory-backend=${qemuIds.memory}`,
  ...processorArgv(spec.acceleration, architecture),
  '-smp',
  String(spec.cpus),
  '-m',
  String(spec.memoryMiB),
  '-object',
  `memory-backend-file,id=${qemuIds.memory},size=${spec.memoryMiB}M,mem-path=${escapeValue(spec.memory)},share=${spec.isMemoryShared ? 'on' : 'off'}`,
  '-kernel',
  spec.kernel,
  '-initrd',
  spec.initrd,
  '-append',
  kernelCommandLine(spec, architecture),
  '-drive',
  `file=${escapeValue(spec.disk)},if=none,id=${qemuIds.disk},format=qcow2,cache=unsafe`,
  '-device',
  `virtio-blk-pci,drive=${qemuIds.disk}`,
  '-netdev',
  `user,id=${qemuIds.network},restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:0-${userNetwork.machine}:22`,
  '-device',
  `virtio-net-pci,netdev=${qemuIds.network},romfile=`,
  // Tells the kernel of a restored machine to seed its random numbers anew.
  ...(architecture === 'arm64' ? [] : ['-device', 'vmgenid,guid=auto']),
  '-chardev',
  `file,id=console,path=${escapeValue(spec.console)},append=on`,
  '-serial',
  'chardev:console',
  '-chardev',
  `socket,id=door,path=${escapeValue(spec.door)},server=on,wait=off`,
  '-serial',
  'chardev:door',
  '-qmp',
  `unix:${escapeValue(spec.control)},server=on,wait=off`,
  ...(spec.isIncoming ? ['-incoming', 'defer'] : []),
];

/** How a processor is made: the same for a trial and for a machine, or the trial would prove nothing. */
export const processorArgv = (acceleration: Acceleration, architecture: string = process.arch): readonly string[] => [
  '-accel',
  acceleration === 'tcg' ? 'tcg,thread=multi,tb-size=512' : acceleration,
  '-cpu',
  acceleration === 'tcg' ? emulatedProcessor(architecture) : 'host',
];

/**
 * All that QEMU can emulate but for what makes a machine slower: with `erms` kernel and libc copy byte by byte, `smap` makes another address
 * space of each copy to a process and `la57` adds a level to each walk through the page tables. `fsrm` goes with `erms`: newer versions of QEMU
 * have it, and Linux 6.1 hangs in memmove where it is alone.
 */
const emulatedProcessor = (architecture: string): string =>
  architecture === 'arm64' ? 'max' : 'max,-erms,-fsrm,-smap,-smep,-umip,-pku,-la57';

/** The console that a kernel prints on. */
export const kernelConsole = (architecture: string = process.arch): string =>
  architecture === 'arm64' ? 'ttyAMA0' : 'ttyS0';

/** What the kernel of an emulated processor is told besides. */
export const emulatedKernel: readonly string[] = [
  // The interrupt of an emulated timer may come too late for the check that it comes at all.
  'no_timer_check',
  // QEMU translates code for the address that it is at: with addresses drawn by chance, a program is translated anew each time it starts.
  'norandmaps',
];

/** What every kernel in a virtual machine is told: https://docs.kernel.org/admin-guide/kernel-parameters.html */
export const kernelCommandLine = (
  {acceleration, counterMhz}: Pick<QemuSpec, 'acceleration' | 'counterMhz'>,
  architecture: string = process.arch,
): string =>
  [
    `console=${kernelConsole(architecture)}`,
    'net.ifnames=0',
    'panic=-1',
    // Warnings and worse: every character on the console costs an emulated machine a trap.
    'loglevel=5',
    'systemd.show_status=false',
    // The machine runs what its user wants to see run, and nothing else.
    'mitigations=off',
    ...(acceleration === 'tcg' ? emulatedKernel : []),
    // The kernel would not trust the counters of several processors, and leave QEMU's timer chip for telling the time, which is asked for
    // all the time and costs a trap. Nor can it find out their rate where the host is busy.
    ...(counterMhz === undefined ? [] : ['tsc=reliable', `tsc_early_khz=${counterMhz}000`]),
  ].join(' ');

/** A value in an option of QEMU: a comma separates, and is written twice in it. */
export const escapeValue = (value: string): string => value.replaceAll(',', ',,');
