import {readFile} from 'node:fs/promises';
import type {Machine} from '../../vms/machine.ts';
import {samplePressure, stalledShare, type PressureSample} from './pressure.ts';

/** How much of a processor a machine gets. */
export interface Calibration {
  /** How many times longer than it computed a process of the machine took, at least 1; a process that nobody disturbs has 1. */
  readonly slowdown: number;
  /** The loop was given up, so `slowdown` is the least it can be. */
  readonly gaveUp: boolean;
  /** Part of the time since `since` in which some process of this host waited for a processor; `undefined` where its kernel does not say. */
  readonly hostStalled: number | undefined;
}

const DEADLINE_MS = 3000;
/** What the whole calibration takes on a machine that nobody disturbs, with the start of its program. */
const UNDISTURBED_MS = 150;

/** Lets a process of the machine compute for 30 ms and says what became of them. Never throws. */
export const calibrate = async (machine: Machine, since: PressureSample): Promise<Calibration> => {
  const timeoutMs = DEADLINE_MS * machine.traits.slowness;
  const input = await readFile(new URL('guest/calibration.pl', import.meta.url));
  const loop = await machine.exec(['perl', '-'], {input, timeoutMs}).catch(() => undefined);
  const hostStalled = stalledShare(since, await samplePressure(), 'cpu');
  return loop?.exitCode === 0
    ? {slowdown: slowdownOf(loop.stdout), gaveUp: false, hostStalled}
    : {slowdown: timeoutMs / (UNDISTURBED_MS * machine.traits.slowness), gaveUp: true, hostStalled};
};

/** Reads what the loop printed: nanoseconds on a processor, and nanoseconds waiting for one. */
export const slowdownOf = (output: string): number => {
  const [ran = 0, waited = 0] = output.trim().split(' ').map(Number);
  return ran > 0 ? (ran + waited) / ran : 1;
};

/** From here on it is the host's fault that something was not done in time. On a busy host with ten processes per processor it is about 10. */
const STARVED = 15;
const STALLED = 0.5;

/** Whether the machine is starved: it hardly gets a processor, and the host has others to serve. */
export const isStarved = ({slowdown, gaveUp, hostStalled}: Calibration): boolean =>
  gaveUp ? (hostStalled ?? 0) >= STALLED : slowdown >= STARVED && (hostStalled ?? 1) >= STALLED;

/** What the calibration found, as the end of a sentence. */
export const calibrationSentence = ({slowdown, gaveUp, hostStalled}: Calibration): string => {
  const share =
    hostStalled === undefined
      ? ''
      : `; on the host some process waited for one ${Math.round(hostStalled * 100)} % of the time`;
  const loop = gaveUp
    ? `a loop of 30 ms was not done in the machine after ${DEADLINE_MS / 1000} s`
    : `a process in the machine took ${slowdown.toFixed(0)} times as long as it was on a processor`;
  return `${loop}${share}`;
};
