import type {Command} from 'commander';
import {addSelection, select, type SelectionFlags} from './selection.ts';

/** `plumbline list`: the plan, with nothing started. */
export const addListCommand = (program: Command): void => {
  addSelection(program.command('list'))
    .description('print every cell that would be run and why others can not be, and start nothing')
    .option('--json', 'print one JSON document')
    .action(async (files: string[], flags: SelectionFlags & {readonly json?: boolean}) => {
      const {cells, notPlanned} = await select(files, flags);
      const lines = [...cells.map(({name}) => name), ...notPlanned];
      process.stdout.write(flags.json ? `${JSON.stringify(cells, undefined, 2)}\n` : `${lines.join('\n')}\n`);
    });
};
