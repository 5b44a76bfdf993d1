import type {Acceleration} from '../../machine.ts';
import {processorArgv, qemuProgram} from '../qemu/argv.ts';

/**
 * What Lima is to start instead of its own choice of QEMU, machine and processor: what it would add and finds here, it leaves out.
 * https://github.com/lima-vm/lima/blob/v2.2.0/pkg/driver/qemu/qemu.go, `Exe` and `appendArgsIfNoConflict`
 * @param snapshot Start from this snapshot of the disk instead of booting.
 */
export const qemuWords = (acceleration: Acceleration, snapshot?: string): readonly string[] => [
  qemuProgram(),
  // A kernel that panics ends the process, which is noticed at once.
  '-no-reboot',
  '-machine',
  process.arch === 'arm64' ? 'virt' : 'q35,vmport=off',
  ...processorArgv(acceleration),
  ...(snapshot === undefined ? [] : ['-loadvm', snapshot]),
];
