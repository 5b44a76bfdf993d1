import type {Command} from 'commander';
import {addSelection, select, type SelectionFlags} from './selection.ts';

/** `plumbline list`: the plan, with nothing started. */
export const addListCommand = (program: Command): void => {
  addSelection(program.command('list'))
    .description('print every cell that would be run, and start nothing')
    .option('--json', 'print one JSON document')
    .action(async (files: string[], flags: SelectionFlags & {readonly json?: boolean}) => {
      const {cells} = await select(files, flags);
      process.stdout.write(
        flags.json ? `${JSON.stringify(cells, undefined, 2)}\n` : `${cells.map(({name}) => name).join('\n')}\n`,
      );
    });
};
