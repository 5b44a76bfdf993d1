import {join} from 'node:path';
import type {Command} from 'commander';
import {execa} from 'execa';
import {attach} from '../../vms/attach.ts';
import {UsageError} from '../../vms/errors.ts';
import type {MachineReference} from '../../vms/machine.ts';
import {readRun} from '../report/run-file.ts';
import type {RunRecord} from '../report/run-record.ts';
import {projectRoot} from './selection.ts';

/** `plumbline shell`: a shell in a machine that was kept. */
export const addShellCommand = (program: Command): void => {
  program
    .command('shell')
    .description('open a shell in a machine that a run kept, see run --keep')
    .argument('[run]', 'id or folder of the run', 'latest')
    .argument('[command...]', 'run this instead of a shell; put -- before it')
    .action(async (run: string, command: string[]) => {
      const record = await readRun(run.includes('/') ? run : join(projectRoot, 'reports', run));
      const {file, argv, env} = attach(keptMachine(record)).shellCommand(command);
      const {TERM: terminal = 'dumb'} = process.env;
      const {exitCode = 255} = await execa(file, argv, {
        stdio: 'inherit',
        reject: false,
        extendEnv: false,
        env: {...env, TERM: terminal},
      });
      process.exitCode = exitCode;
    });
};

/** The machine that the run kept last. Throws {@link UsageError} when it kept none. */
const keptMachine = ({id, machines}: RunRecord): MachineReference => {
  const machine = machines.findLast(({kept}) => kept);
  if (machine === undefined) {
    throw new UsageError(
      `Cannot open a shell in a machine of "${id}": it kept none, "--keep always" or "--keep on-failure" makes a run keep one`,
    );
  }
  return {
    id: machine.id,
    runtimeSet: machine.runtimeSet,
    traits: machine.traits as unknown as MachineReference['traits'],
    details: machine.details,
  };
};
