import {expect, test} from 'vitest';
import type {ExecResult, Machine} from '../../vms/machine.ts';
import {recordCommands, type RecordedCommand} from './recorded-machine.ts';

const result = (argv: readonly string[], exitCode: number): ExecResult => ({
  argv,
  exitCode,
  signal: undefined,
  stdout: '',
  stderr: `one\ntwo\n${argv[4] ?? 'three'}\n`,
  durationMs: 1,
});

class Answering {
  readonly #answer = 'kept';
  exec(argv: readonly string[]): Promise<ExecResult> {
    return argv[0] === 'gone' ? Promise.reject(new Error('Cannot run it')) : Promise.resolve(result(argv, 3));
  }
  spawn(argv: readonly string[]) {
    return {ended: Promise.resolve(result(argv, 0))};
  }
  get(): Promise<string> {
    return Promise.resolve(this.#answer);
  }
}

test('commands are noted as they end, and everything else is left to the machine itself', async () => {
  const commands: RecordedCommand[] = [];
  const machine = recordCommands(new Answering() as unknown as Machine, commands);
  await machine.exec(['false']);
  await expect(machine.exec(['gone'])).rejects.toThrow('Cannot run it');
  expect(await machine.get('/file')).toBe('kept');
  expect(commands).toMatchObject([
    {argv: ['false'], outcome: 'exit code 3', said: 'two | three', durationMs: expect.any(Number)},
    {argv: ['gone'], outcome: 'Cannot run it'},
  ]);
});

test('a secret that a command sets is not noted', async () => {
  const commands: RecordedCommand[] = [];
  const machine = recordCommands(new Answering() as unknown as Machine, commands);
  const argv = ['docker', 'run', '--env', 'API_TOKEN=hunter2', '--env=DB_PASSWORD=hunter2', 'nginx'];
  expect((await machine.exec(argv)).argv).toEqual(argv);
  await machine.spawn(argv).ended;
  const noted = ['docker', 'run', '--env', 'API_TOKEN=<redacted>', '--env=DB_PASSWORD=<redacted>', 'nginx'];
  expect(commands.map((command) => command.argv)).toEqual([noted, noted]);
  expect(commands[0]?.said).toBe('two | --env=DB_PASSWORD=<redacted>');
});
