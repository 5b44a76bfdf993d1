import type {ExecResult, Machine, RunningCommand} from '../../vms/machine.ts';
import {shownArguments, withShownArguments} from '../../vms/secret.ts';

/** One command that was run in a machine. */
export interface RecordedCommand {
  /** As a report may show it. */
  readonly argv: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** `undefined` as long as it runs. */
  durationMs?: number;
  /** `exit code 0`, the name of a signal, or why it could not be run. */
  outcome: string;
  /** End of what it said on standard error. */
  said: string;
}

/** Commands kept of a cell; one that asks over and over must not fill the memory. */
const MOST = 5000;

/**
 * The same machine, which notes every command that is run in it, in the order in which they were started, and in `open` those whose streams
 * were handed out, as long as they run. `tell` is told of each when it has ended.
 */
export const recordCommands = (
  machine: Machine,
  commands: RecordedCommand[],
  open: Set<RunningCommand> = new Set(),
  tell: (command: RecordedCommand) => unknown = () => {},
): Machine => {
  const begin = (argv: readonly string[]): RecordedCommand => {
    const command: RecordedCommand = {argv: shownArguments(argv), startedAt: now(), outcome: 'still running', said: ''};
    commands.push(command);
    if (commands.length > MOST) {
      commands.shift();
    }
    return command;
  };
  const noted =
    <Rest extends unknown[], Result>(run: (argv: readonly string[], ...rest: Rest) => Promise<Result>) =>
    async (argv: readonly string[], ...rest: Rest): Promise<Result> => {
      const command = begin(argv);
      try {
        const result = await run(argv, ...rest);
        end(command, argv, typeof result === 'string' ? {exitCode: 0} : (result as ExecResult));
        return result;
      } catch (error) {
        end(command, argv, (error as {result?: ExecResult}).result ?? {problem: (error as Error).message});
        throw error;
      } finally {
        tell(command);
      }
    };
  const replaced: Partial<Machine> = {
    exec: noted((argv, options) => machine.exec(argv, options)),
    succeed: noted((argv, options) => machine.succeed(argv, options)),
    fail: noted((argv, options) => machine.fail(argv, options)),
    spawn: (argv, options): RunningCommand => {
      const command = begin(argv);
      const running = machine.spawn(argv, options);
      const noteEnd = async (): Promise<void> => {
        end(command, argv, await running.ended);
        open.delete(running);
        tell(command);
      };
      open.add(running);
      void noteEnd();
      return running;
    },
  };
  // Whatever else a machine of this provider can do, it does itself: its methods need it as their "this".
  return new Proxy(machine, {
    get: (target, key) => {
      const value: unknown = Reflect.get(replaced, key) ?? Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};

interface Ended extends Partial<Pick<ExecResult, 'exitCode' | 'signal' | 'stderr'>> {
  readonly problem?: string;
}

const end = (
  command: RecordedCommand,
  argv: readonly string[],
  {exitCode, signal, stderr = '', problem}: Ended,
): void => {
  command.durationMs = now() - command.startedAt;
  command.outcome = problem ?? (exitCode === undefined ? (signal ?? 'no exit code') : `exit code ${exitCode}`);
  command.said = withShownArguments(stderr, argv).trim().split('\n').slice(-2).join(' | ').slice(-300);
};

/** Milliseconds since the epoch, finer than the clock's own. */
const now = (): number => performance.timeOrigin + performance.now();
