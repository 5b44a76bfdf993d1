import {execa} from 'execa';
import type {Machine} from '../../vms/machine.ts';

/** Gives the terminal to a command in a machine, a shell when it is empty; returns its exit code. */
export const openShell = async (machine: Machine, command: readonly string[] = []): Promise<number> => {
  const {file, argv, env} = machine.shellCommand(command);
  const {TERM: terminal = 'dumb'} = process.env;
  const {exitCode = 255} = await execa(file, argv, {
    stdio: 'inherit',
    reject: false,
    extendEnv: false,
    env: {...env, TERM: terminal},
  });
  return exitCode;
};
