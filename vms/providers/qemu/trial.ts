import type {Acceleration} from '../../machine.ts';
import {execa} from 'execa';
import {trialMarker} from '../../image/initrd.ts';
import {tiedArgv} from '../../processes.ts';
import type {AccelerationQuestion} from './acceleration.ts';
import {kernelConsole, processorArgv, qemuProgram} from './argv.ts';

const BUDGET_MS = 8000;

/** What kept a trial from booting. */
export interface TrialFailure {
  /** In words, for the end of a sentence. */
  readonly state: string;
  /** Whether QEMU was killed or not even begun, as where memory is short: the next trial may well boot. */
  readonly isPassing: boolean;
}

/**
 * Boots a kernel up to its first process, with this acceleration and within 8 seconds.
 * Returns what went wrong, or `undefined` when it came that far.
 */
export const bootsWith = async (
  acceleration: Acceleration,
  {kernel, initrd}: Pick<AccelerationQuestion, 'kernel' | 'initrd'>,
  signal: AbortSignal,
): Promise<TrialFailure | undefined> => {
  // Where kvm hangs QEMU runs until it is killed, and this process may be killed before.
  const [program = '', ...argv] = tiedArgv(trialArgv(acceleration, kernel, initrd));
  const result = await execa(program, argv, {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: BUDGET_MS,
    killSignal: 'SIGKILL',
    cancelSignal: signal,
    detached: true,
    cleanup: true,
  });
  signal.throwIfAborted();
  if (result.all.includes(trialMarker)) return undefined;
  const isKilled = result.signal === 'SIGKILL' && !result.timedOut;
  return {state: explain(result), isPassing: isKilled || isUnstarted(result)};
};

/** The command line of a trial; see `plumbline.trial` in vms/image/initrd.ts. */
export const trialArgv = (acceleration: Acceleration, kernel: string, initrd: string): readonly string[] => [
  qemuProgram(),
  '-nodefaults',
  '-no-user-config',
  '-display',
  'none',
  '-no-reboot',
  '-machine',
  process.arch === 'arm64' ? 'virt' : 'pc',
  ...processorArgv(acceleration),
  '-m',
  '256',
  '-kernel',
  kernel,
  '-initrd',
  initrd,
  '-append',
  `console=${kernelConsole()} panic=-1 loglevel=5 plumbline.trial`,
  '-serial',
  'stdio',
];

/** How QEMU ended; with neither an exit code nor a signal when it could not even be spawned. */
interface Ended {
  readonly timedOut: boolean;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly all: string;
}

const isUnstarted = ({timedOut, exitCode, signal}: Ended): boolean =>
  !timedOut && exitCode === undefined && signal === undefined;

const explain = (ended: Ended): string => {
  const {timedOut, signal, all} = ended;
  if (timedOut) return `a trial has not booted a kernel within ${BUDGET_MS / 1000} s`;
  if (isUnstarted(ended)) return 'QEMU could not be started';
  const said = all
    .trim()
    .split('\n')
    .find((line) => /error|failed|could not|cannot|denied/iu.test(line))
    ?.trim()
    .slice(0, 160);
  const how = signal === undefined ? 'QEMU has refused it' : `QEMU has ended with ${signal}`;
  return said === undefined ? how : `${how} (${said})`;
};
