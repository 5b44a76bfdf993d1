import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {PlumblineError} from '../../vms/errors.ts';
import {findProgram} from '../../vms/host/search-path.ts';
import type {Machine} from '../../vms/machine.ts';
import {shellCommand} from '../report/shell-command.ts';
import type {Entrant} from './contest.ts';

/** Path of bats on this host; `undefined` where it is not installed. */
export const findBats = (): Promise<string | undefined> => findProgram('bats');

/** What there is to say where it is not installed. */
export const NO_BATS = 'bats is not installed, and stays out: apt-get install bats';

/** A test file for bats with one test: a script in the machine, entered from this host as a person would. */
export const batsFile = (title: string, machine: Pick<Machine, 'shellCommand'>, script: string): string => {
  const {file, argv, env} = machine.shellCommand(['sh', '-eu', script]);
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return `@test ${shellCommand([title])} {\n  ${shellCommand(['env', '-i', ...variables, file, ...argv])}\n}\n`;
};

/** bats with the script of a cell; its own start is part of its time, since it has one for every file. */
export const byBats = async (
  bats: string,
  title: string,
  {machine, folder, script, signal}: {machine: Machine; folder: string; script: string; signal: AbortSignal},
): Promise<Entrant> => {
  const file = join(folder, `${title.replaceAll(/\W+/g, '-')}.bats`);
  await writeFile(file, batsFile(title, machine, script));
  return {
    name: 'bats',
    run: async () => {
      const {exitCode, all} = await execa(bats, ['--tap', file], {
        all: true,
        reject: false,
        stdin: 'ignore',
        cancelSignal: signal,
      });
      if (exitCode !== 0) {
        throw new PlumblineError('harness', `Cannot time bats: it ended with exit code ${exitCode}`, {
          seen: all.slice(-2000),
        });
      }
    },
  };
};
