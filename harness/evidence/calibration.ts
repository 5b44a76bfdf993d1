import {readFile} from 'node:fs/promises';
import type {Machine} from '../../vms/machine.ts';
import {execOrGiveUp} from './exec-or-give-up.ts';
import {samplePressure, stalledShare, stolenShare, type PressureSample} from './pressure.ts';

/** How much of a processor there is, in the machine and on this host. */
export interface Calibration {
  /**
   * How many times longer than it computed a process of the machine took, at least 1; a process that nobody disturbs has 1. `undefined` when
   * it did not come to its end, or the machine's kernel does not count.
   */
  readonly machineSlowdown: number | undefined;
  /** The same of this process. A machine with a kernel of its own counts its processor as its own while the host keeps it waiting. */
  readonly hostSlowdown: number;
  /** The machine's process was given up. */
  readonly gaveUp: boolean;
  /** Part of the calibration's time in which some process of this host waited for a processor, 0 to 1; `undefined` where its kernel does not say. */
  readonly hostStalled: number | undefined;
  /** Part of the processor time that this host wanted since the cell began and that its own hypervisor kept back, 0 to 1; `undefined` where its kernel does not say. */
  readonly hostStolen: number | undefined;
}

const DEADLINE_MS = 3000;

/** Lets a process of the machine compute for 30 ms, and this one as well, and says what became of them. Never throws. */
export const calibrate = async (machine: Machine, cellBegan: PressureSample): Promise<Calibration> => {
  const timeoutMs = DEADLINE_MS * machine.traits.slowness;
  const input = await readFile(new URL('guest/calibration.pl', import.meta.url));
  const before = await samplePressure();
  const loop = await execOrGiveUp(machine, ['perl', '-'], {input, timeoutMs}).catch(() => undefined);
  const hostSlowdown = slowdownHere();
  const after = await samplePressure();
  return {
    machineSlowdown: loop?.exitCode === 0 ? slowdownOf(loop.stdout) : undefined,
    hostSlowdown,
    gaveUp: loop === undefined,
    hostStalled: stalledShare(before, after, 'cpu'),
    hostStolen: stolenShare(cellBegan, after),
  };
};

/** Reads what the loop printed: nanoseconds on a processor, and nanoseconds waiting for one. */
export const slowdownOf = (output: string): number | undefined => {
  const [ran = 0, waited = 0] = output.trim().split(' ').map(Number);
  return ran > 0 ? (ran + waited) / ran : undefined;
};

/** Computes here for 30 ms of processor time, a second at the most. */
const slowdownHere = (): number => {
  const begin = performance.now();
  const cpu = process.threadCpuUsage();
  let ranMs: number;
  let tookMs: number;
  do {
    const {user, system} = process.threadCpuUsage(cpu);
    ranMs = (user + system) / 1000;
    tookMs = performance.now() - begin;
  } while (ranMs < 30 && tookMs < 1000);
  return Math.max(1, tookMs / Math.max(ranMs, 0.1));
};

/** From here on it is the host's fault that something was not done in time. On a busy host with ten processes per processor it is about 10. */
const STARVED = 15;
/** Part of the time, or of what was wanted, from which on the host's word confirms it. */
const MOST = 0.5;

/** Whether there is too little of a processor to be had for anything to be done in time, which is the fault of nothing in the machine. */
export const isStarved = ({machineSlowdown, hostSlowdown, gaveUp, hostStalled, hostStolen}: Calibration): boolean => {
  if ((hostStolen ?? 0) >= MOST) {
    return true;
  }
  const isSlow = Math.max(machineSlowdown ?? 1, hostSlowdown) >= STARVED;
  // Without pressure to be read the loops alone decide; a machine that does not answer is not for that the victim of its host.
  return isSlow ? (hostStalled ?? 1) >= MOST : gaveUp && (hostStalled ?? 0) >= MOST;
};

/** What the calibration found, as the end of a sentence. */
export const calibrationSentence = ({
  machineSlowdown,
  hostSlowdown,
  gaveUp,
  hostStalled,
  hostStolen,
}: Calibration): string => {
  const [where, slowdown] =
    machineSlowdown === undefined || hostSlowdown > machineSlowdown
      ? ['on it', hostSlowdown]
      : ['in the machine', machineSlowdown];
  const loop = gaveUp
    ? 'a loop of 30 ms was not done in the machine in time'
    : `a process ${where} took ${slowdown.toFixed(0)} times as long as it computed`;
  const stalled =
    hostStalled === undefined ? '' : `; processes of the host waited for one ${percent(hostStalled)} of the time`;
  const stolen =
    hostStolen === undefined || hostStolen < MOST
      ? ''
      : `; its own hypervisor kept back ${percent(hostStolen)} of what it wanted`;
  return `${loop}${stalled}${stolen}`;
};

const percent = (share: number): string => `${Math.round(share * 100)} %`;
