import {existsSync} from 'node:fs';
import {rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {keptNames} from '../kept-folder.ts';
import {cacheFolder, entryPaths, suffixes, type EntryPaths} from './cache-folder.ts';
import {readManifest} from './cache-manifest.ts';
import {usedCacheEntries} from '../ledger/sweep.ts';
import {tryLock} from './file-lock.ts';

/** One entry of the cache, as a person wants to see it. */
export interface CacheSummary {
  readonly kind: string;
  readonly key: string;
  /** The entry in words, as in `root "bookworm"`. */
  readonly what: string;
  readonly bytes: number;
  readonly madeAt: Date;
  readonly lastUsedAt: Date;
}

/** What {@link pruneCache} takes away: entries not used for so many days, or all. */
export type PruneChoice = {readonly olderThanDays: number} | {readonly all: true};

/** The entries of the cache, the one used last first. Entries whose manifest is broken are listed with no size. Throws `HostError` when the cache can't be read. */
export const listCache = async (): Promise<readonly CacheSummary[]> => {
  const kinds = await keptNames(cacheFolder());
  const summaries = await Promise.all(
    kinds.map(async (kind) => {
      const names = await keptNames(join(cacheFolder(), kind));
      return Promise.all(names.filter(isEntry).map(async (key) => summarise(kind, key)));
    }),
  );
  return summaries.flat().sort((left, right) => right.lastUsedAt.getTime() - left.lastUsedAt.getTime());
};

/**
 * Removes entries, and what dead bakes left. Never touches an entry that a live process uses or makes, or
 * that a machine needs that was kept.
 * Returns what was removed.
 */
export const pruneCache = async (choice: PruneChoice, signal: AbortSignal): Promise<readonly CacheSummary[]> => {
  const removed: CacheSummary[] = [];
  for (const summary of await listCache()) {
    if (isChosen(summary, choice) && (await removeEntry(summary, signal))) removed.push(summary);
  }
  for (const kind of await keptNames(cacheFolder()))
    await removeDeadPartials(join(cacheFolder(), kind), undefined, signal);
  return removed;
};

/**
 * Removes an entry that has turned out to be of no use, so that the next who opens it makes it again. Does nothing when that was done
 * already, which another seal shows. Returns false, and leaves it alone, when anyone else uses it or a machine that was kept needs it.
 */
export const discardEntry = async (
  {kind, key}: Pick<CacheSummary, 'kind' | 'key'>,
  seal: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const paths = entryPaths(cacheFolder(), kind, key);
  await using lock = await tryLock(paths.lock, 'exclusive', signal);
  if ((await readManifest(paths))?.seal !== seal) return true;
  if (!lock || (await usedCacheEntries()).has(paths.entry)) return false;
  await removeLocked(paths);
  return true;
};

/** Removes the partial folders of a kind that no live bake works on. `own` is the caller's, which holds its lock. */
export const removeDeadPartials = async (
  kindFolder: string,
  own: string | undefined,
  signal: AbortSignal,
): Promise<void> => {
  for (const name of await keptNames(kindFolder)) {
    if (!name.endsWith(suffixes.partial)) continue;
    const partial = join(kindFolder, name);
    if (partial === own) {
      await remove(partial);
      continue;
    }
    const lockFile = `${partial.slice(0, -suffixes.partial.length)}${suffixes.lock}`;
    await using lock = await tryLock(lockFile, 'exclusive', signal);
    if (lock) await remove(partial);
  }
};

const removeEntry = async ({kind, key}: CacheSummary, signal: AbortSignal): Promise<boolean> => {
  const paths = entryPaths(cacheFolder(), kind, key);
  await using lock = await tryLock(paths.lock, 'exclusive', signal);
  // Another prune may have taken it after it was listed.
  if (!lock || !existsSync(paths.entry)) return false;
  // Asked with the lock held: a machine may have been kept since the prune began.
  if ((await usedCacheEntries()).has(paths.entry)) return false;
  await removeLocked(paths);
  return true;
};

/** Renamed first, so that a prune that is killed leaves no half of an entry. The lock file stays: a process may wait on it. */
const removeLocked = async (paths: EntryPaths): Promise<void> => {
  await remove(paths.partial);
  await rename(paths.entry, paths.partial);
  await remove(paths.partial);
};

const summarise = async (kind: string, key: string): Promise<CacheSummary> => {
  const paths = entryPaths(cacheFolder(), kind, key);
  const manifest = await readManifest(paths);
  const lastUsedAt = await stat(paths.lock).then(
    ({mtime}) => mtime,
    () => new Date(0),
  );
  return {
    kind,
    key,
    what: manifest?.what ?? `damaged ${kind}`,
    bytes: manifest?.bytes ?? 0,
    madeAt: new Date(manifest?.madeAt ?? 0),
    lastUsedAt,
  };
};

const isChosen = ({lastUsedAt}: CacheSummary, choice: PruneChoice): boolean =>
  'all' in choice || Date.now() - lastUsedAt.getTime() > choice.olderThanDays * 24 * 3600 * 1000;

const isEntry = (name: string): boolean => /^[0-9a-f]{64}$/u.test(name);

const remove = async (path: string): Promise<void> => rm(path, {recursive: true, force: true, maxRetries: 3});
