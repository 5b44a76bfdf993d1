import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {removeCgroup} from '../cgroup-removal.ts';
import {killFolderProcesses} from '../folder-processes.ts';
import {keptNames, keptText} from '../kept-folder.ts';
import {isAlive} from '../processes.ts';
import {ledgerLine, type LedgerEntry, type LedgerLine} from './ledger-entry.ts';
import {ledgerFolder} from './ledger.ts';

/** What a sweep did about one dead run. */
export interface Swept {
  readonly runId: string;
  readonly removed: readonly LedgerEntry[];
  /** What could not be removed, each with the reason. */
  readonly failed: readonly {readonly entry: LedgerEntry; readonly reason: string}[];
}

/**
 * Removes what dead runs left on this host, newest thing first. Runs whose owner is alive are never touched; what was kept on
 * purpose goes only with `kept: true`. Throws `HostError` when a ledger can't be read: nothing is known of its run.
 */
export const sweep = async ({kept}: {readonly kept: boolean}): Promise<Swept[]> => {
  const swept: Swept[] = [];
  for (const file of await ledgerFiles()) {
    const path = join(ledgerFolder(), file);
    const lines = await readLedger(path);
    if (lines !== undefined && isSwept(lines, kept)) {
      swept.push(await sweepRun(file.replace(/\.jsonl$/, ''), path, lines));
    }
  }
  return swept;
};

/** Sentences for what a sweep could not remove. */
export const notRemoved = (swept: readonly Swept[]): string[] =>
  swept.flatMap(({runId, failed}) =>
    failed.map(
      ({entry, reason}) => `Cannot remove the ${entry.kind} "${entry.path}" that the run "${runId}" left: ${reason}`,
    ),
  );

/** Entries of the cache that machines of this host need, those of dead runs and those that were kept among them. */
export const usedCacheEntries = async (): Promise<ReadonlySet<string>> => {
  const paths = new Set<string>();
  for (const file of await ledgerFiles()) {
    const lines = (await readLedger(join(ledgerFolder(), file))) ?? [];
    for (const {kind, path} of entriesToUndo(lines)) if (kind === 'cache-entry') paths.add(path);
  }
  return paths;
};

const ledgerFiles = async (): Promise<readonly string[]> => {
  const files = await keptNames(ledgerFolder());
  return files.filter((file) => file.endsWith('.jsonl'));
};

/** `undefined` for one that is gone: its run has ended meanwhile. */
const readLedger = async (path: string): Promise<LedgerLine[] | undefined> => {
  const text = await keptText(path);
  return text === undefined ? undefined : parseLedger(text);
};

/**
 * The lines of a ledger's text. A line cut short by a crash or a full disk is dropped: it was written before the thing it names was made,
 * and nothing is made until the line is whole.
 */
export const parseLedger = (text: string): LedgerLine[] =>
  text.split('\n').flatMap((line) => {
    try {
      return [ledgerLine.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });

/** Entries of a ledger that were made and are not known to be gone, in the order they are to be undone. */
export const entriesToUndo = (lines: readonly LedgerLine[]): LedgerEntry[] => {
  const entries = new Map<string, LedgerEntry>();
  for (const line of lines) {
    if (line.type === 'made') {
      entries.set(JSON.stringify(line.entry), line.entry);
    } else if (line.type === 'gone') {
      entries.delete(JSON.stringify(line.entry));
    }
  }
  return [...entries.values()].reverse();
};

/** Removes one thing that a run made; does nothing when it is gone already. */
export const undo = async (entry: LedgerEntry): Promise<void> => {
  switch (entry.kind) {
    case 'folder':
      await rm(entry.path, {recursive: true, force: true});
      break;
    case 'cgroup':
      await removeCgroup(entry.path);
      break;
    case 'processes':
      await killFolderProcesses(entry.path);
      break;
    case 'cache-entry':
      break; // It is free again without the ledger that lists it.
  }
};

const isSwept = (lines: readonly LedgerLine[], kept: boolean): boolean => {
  const owner = lines.find((line) => line.type === 'owner');
  const isOwned = owner !== undefined && isAlive(owner.process);
  return !isOwned && (kept || lines.every((line) => line.type !== 'kept'));
};

const sweepRun = async (runId: string, path: string, lines: readonly LedgerLine[]): Promise<Swept> => {
  const removed: LedgerEntry[] = [];
  const failed: {entry: LedgerEntry; reason: string}[] = [];
  for (const entry of entriesToUndo(lines)) {
    try {
      await undo(entry);
      if (entry.kind !== 'cache-entry') {
        removed.push(entry); // What was only in use is still there.
      }
    } catch (error) {
      failed.push({entry, reason: error instanceof Error ? error.message : String(error)});
    }
  }
  if (failed.length === 0) {
    await rm(path, {force: true});
  }
  return {runId, removed, failed};
};
