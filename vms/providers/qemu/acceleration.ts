import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {z} from 'zod';
import {keyOf} from '../../image/content-key.ts';
import {stateFolder} from '../../state.ts';
import {bootsWith} from './trial.ts';

/** How the machine's processor is made: by the host's own, through its kernel, or by emulation. */
export type Acceleration = 'kvm' | 'hvf' | 'tcg';

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

const verdictSchema = z.object({
  acceleration: z.enum(['kvm', 'hvf', 'tcg']),
  reason: z.string(),
  /** What it was found out in: see {@link bootId}. */
  bootId: z.string(),
});
const memorySchema = z.record(z.string(), verdictSchema);

/**
 * Decides by trial: the device may be there and not boot anything. The first time takes up to 8 seconds, then the verdict is
 * remembered until the host boots again, or QEMU or the kernel is another one. `forced` is taken as it is.
 */
export const decideAcceleration = async (
  question: AccelerationQuestion,
  forced: Acceleration | undefined,
  signal: AbortSignal,
): Promise<AccelerationVerdict> => {
  if (forced !== undefined) return {acceleration: forced, reason: `${forced} was asked for`};
  const candidate = process.platform === 'darwin' ? 'hvf' : 'kvm';
  const boot = await bootId();
  const key = keyOf([boot, question.qemuVersion, question.imageKey, candidate]);
  const remembered = await readMemory();
  const known = remembered[key];
  if (known) return {acceleration: known.acceleration, reason: known.reason};
  const failure = await bootsWith(candidate, question, signal);
  const verdict: AccelerationVerdict =
    failure === undefined
      ? {acceleration: candidate, reason: `a trial with ${candidate} has booted the kernel`}
      : {
          acceleration: 'tcg',
          reason: `${candidate} can't be used, ${failure}: the processor is emulated, which is many times slower, and "--machine sandbox" does without`,
        };
  await writeMemory({...remembered, [key]: {...verdict, bootId: boot}});
  return verdict;
};

/** The verdict of the last trial since the host was booted; `undefined` when there was none. */
export const rememberedVerdict = async (): Promise<AccelerationVerdict | undefined> => {
  const boot = await bootId();
  return Object.values(await readMemory()).findLast((verdict) => verdict.bootId === boot);
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
  await mkdir(dirname(memoryFile()), {recursive: true, mode: 0o700});
  // Verdicts of boots long past are of no use.
  const latest = Object.fromEntries(Object.entries(memory).slice(-20));
  await writeFile(memoryFile(), `${JSON.stringify(latest, undefined, 2)}\n`);
};

/** Changes with each boot of the host, after which its modules and permissions may be others. */
const bootId = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
