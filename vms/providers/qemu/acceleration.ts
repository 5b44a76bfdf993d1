import {readFile, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {z} from 'zod';
import {HostError} from '../../errors.ts';
import {keyOf} from '../../image/content-key.ts';
import type {Acceleration} from '../../machine.ts';
import {makeKeptFolder} from '../../kept-folder.ts';
import {stateFolder} from '../../state.ts';
import {kvmIdentity, kvmObstacle} from './kvm-device.ts';
import {bootsWith} from './trial.ts';

/** What was decided, and why. */
export interface AccelerationVerdict {
  readonly acceleration: Acceleration;
  /** One sentence for a person, without a final period. */
  readonly reason: string;
}

/** What a verdict holds for: another QEMU or kernel may well boot where this one does not. */
export interface AccelerationQuestion {
  readonly qemuVersion: string;
  /** A kernel and an initial RAM file system made by the bake, with the key of what they are part of. */
  readonly kernel: string;
  readonly initrd: string;
  readonly imageKey: string;
}

/**
 * How many times slower than the host a command may be, for deadlines. Chosen with room to spare, not measured: a deadline that is too
 * long costs nothing as long as all goes well.
 */
export const slowness: Readonly<Record<Acceleration, number>> = {kvm: 2, hvf: 2, tcg: 12};

/**
 * How many times longer than on the host an answer over the network may take. Less than {@link slowness}, since no program has to be started
 * for one, and since a silence that is waited for costs its whole time in every run: nginx answers in 1 to 10 ms natively and in 4 to 40 ms
 * in an emulated machine.
 */
export const latency: Readonly<Record<Acceleration, number>> = {kvm: 2, hvf: 2, tcg: 4};

const trialSchema = z.object({
  /** As {@link bootsWith} says it; absent when it has booted. */
  failure: z.string().optional(),
  /** What it was found out on: see {@link hostState}. */
  host: z.string(),
});
const memorySchema = z.record(z.string(), trialSchema);

/**
 * Decides by trial: the device may be there and not boot anything. The first time takes up to 8 seconds, then what came of it is
 * remembered until the host boots again, or its device, QEMU or the kernel is another one; not where QEMU was killed meanwhile. With `forced` nothing else will do: what is
 * remembered to have failed is tried again, and {@link HostError} thrown where it still does not boot.
 */
export const decideAcceleration = async (
  question: AccelerationQuestion,
  forced: Acceleration | undefined,
  signal: AbortSignal,
): Promise<AccelerationVerdict> => {
  if (forced === 'tcg') return {acceleration: 'tcg', reason: 'tcg was asked for'};
  const failure =
    forced === undefined || forced === candidate
      ? ((await obstacle()) ?? (await trialFailure(question, forced !== undefined, signal)))
      : `this system has ${candidate}`;
  if (forced !== undefined && failure !== undefined) throw notForced(forced, failure);
  return verdictOf(failure);
};

const candidate = process.platform === 'darwin' ? 'hvf' : 'kvm';

const notForced = (forced: Acceleration, failure: string): HostError =>
  new HostError(`Cannot start a machine with ${forced}: ${failure}; "--accel tcg" emulates the processor`);

const verdictOf = (failure: string | undefined): AccelerationVerdict =>
  failure === undefined
    ? {acceleration: candidate, reason: `a trial with ${candidate} has booted the kernel`}
    : {
        acceleration: 'tcg',
        reason: `${candidate} can't be used, ${failure}: the processor is emulated, which is many times slower, and "--machine sandbox" does without`,
      };

/** What needs no trial, nor is to be remembered: it is over as soon as someone does what `plumbline doctor` says. */
const obstacle = async (): Promise<string | undefined> => (candidate === 'kvm' ? kvmObstacle() : undefined);

/** Why a trial has not booted, the last one if it still holds; `undefined` when it has. With `isForced` no failure of the past holds. */
export const trialFailure = async (
  question: AccelerationQuestion,
  isForced: boolean,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const host = await hostState();
  const key = keyOf([host, question.qemuVersion, question.imageKey, candidate]);
  const {[key]: known, ...others} = await readMemory();
  if (known && !(isForced && known.failure !== undefined)) return known.failure;
  const failure = await bootsWith(candidate, question, signal);
  // The last one is that of the latest trial.
  if (!failure?.isPassing) await writeMemory({...others, [key]: {...(failure && {failure: failure.state}), host}});
  return failure?.state;
};

/** What is known without a trial: the verdict of the last one that still holds; `undefined` when there was none. */
export const knownVerdict = async (): Promise<AccelerationVerdict | undefined> => {
  const failure = await obstacle();
  if (failure !== undefined) return verdictOf(failure);
  const host = await hostState();
  const last = Object.values(await readMemory()).findLast((trial) => trial.host === host);
  return last && verdictOf(last.failure);
};

const memoryFile = (): string => stateFolder('acceleration.json');

const readMemory = async (): Promise<z.infer<typeof memorySchema>> => {
  try {
    return memorySchema.parse(JSON.parse(await readFile(memoryFile(), 'utf8')));
  } catch {
    return {}; // Not there, or written by two processes at once: the trial is made again.
  }
};

const writeMemory = async (memory: z.infer<typeof memorySchema>): Promise<void> => {
  await makeKeptFolder(dirname(memoryFile()), 'XDG_STATE_HOME');
  // Trials of boots long past are of no use.
  const latest = Object.fromEntries(Object.entries(memory).slice(-20));
  await writeFile(memoryFile(), `${JSON.stringify(latest, undefined, 2)}\n`);
};

/** Changes with each boot of the host, and with its device, as after modprobe(8) or chmod(1). */
const hostState = async (): Promise<string> => {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${bootId.trim()} ${await kvmIdentity()}`;
};
