import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {expect} from 'vitest';
import {PlumblineError} from '../errors.ts';

/** What a promise that must fail says; fails the test when it does not, or not with an error of this tool. */
export const reasonOf = async (promise: Promise<unknown> | undefined): Promise<PlumblineError> => {
  const reason: unknown = await promise?.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(PlumblineError);
  return reason as PlumblineError;
};

/** A process that owns a machine. */
export interface OwnerProcess {
  /** The `details` of the machine's reference. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Ends it so that it can undo nothing. */
  kill(): Promise<void>;
}

/** Starts a machine in a process of its own, with the provider of this name. */
export const startElsewhere = async (provider: string): Promise<OwnerProcess> => {
  const program = `
    const {realMachines} = await import(${JSON.stringify(join(import.meta.dirname, 'real-machines.ts'))});
    const {providers} = await import(${JSON.stringify(join(import.meta.dirname, '../providers.ts'))});
    const provider = providers.find(({name}) => name === ${JSON.stringify(provider)});
    const machines = await realMachines(provider, 'bookworm', new AbortController().signal);
    const machine = await machines.start();
    console.log(JSON.stringify(machine.reference.details));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({input: child.stdout}), 'line')) as [string];
  return {details: JSON.parse(line) as OwnerProcess['details'], kill: async () => killed(child)};
};

const killed = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};
