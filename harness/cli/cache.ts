import Table from 'cli-table3';
import {InvalidArgumentError, type Command} from 'commander';
import {UsageError} from '../../vms/errors.ts';
import {listCache, pruneCache} from '../../vms/image/cache-prune.ts';
import {ruleOnly} from '../report/terminal/rule-only.ts';

interface CacheFlags {
  readonly prune?: boolean;
  readonly olderThan?: number;
  readonly json?: boolean;
}

/** `plumbline cache`: what was baked, and room for more. */
export const addCacheCommand = (program: Command): void => {
  program
    .command('cache')
    .description('list what was baked, or remove it')
    .option('--prune', 'remove every entry that no run is using')
    .option('--older-than <days>', 'with --prune: only entries not used for so many days', parseDays)
    .option('--json', 'print one JSON document')
    .action(async ({prune, olderThan, json}: CacheFlags) => {
      if (olderThan !== undefined && !prune) {
        throw new UsageError('Cannot use --older-than without --prune: it says what is removed');
      }
      const entries = prune
        ? await pruneCache(
            olderThan === undefined ? {all: true} : {olderThanDays: olderThan},
            new AbortController().signal,
          )
        : await listCache();
      if (json) {
        process.stdout.write(`${JSON.stringify(entries, undefined, 2)}\n`);
        return;
      }
      const table = new Table({
        head: ['kind', 'what', 'size', 'made', 'last used', 'key'],
        style: {head: [], border: [], compact: true},
        chars: ruleOnly,
        colAligns: ['left', 'left', 'right'],
      });
      table.push(
        ...entries.map(({kind, what, bytes, madeAt, lastUsedAt, key}) => [
          kind,
          what,
          megabytes(bytes),
          day(madeAt),
          day(lastUsedAt),
          key.slice(0, 12),
        ]),
      );
      const total = megabytes(entries.reduce((sum, {bytes}) => sum + bytes, 0));
      process.stdout.write(
        entries.length === 0
          ? `${prune ? 'Nothing to remove' : 'The cache is empty'}\n`
          : `${table.toString()}\n${prune ? 'Removed' : 'In all'} ${total}\n`,
      );
    });
};

const parseDays = (text: string): number => {
  const days = Number(text);
  if (!(days >= 0) || text.trim() === '') {
    throw new InvalidArgumentError('it must be a number of days.');
  }
  return days;
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const day = (time: string | Date): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
