import {existsSync} from 'node:fs';
import {chmod, mkdir, rename, rm, utimes} from 'node:fs/promises';
import {join} from 'node:path';
import {performance} from 'node:perf_hooks';
import {setTimeout} from 'node:timers/promises';
import {translateFailure} from './bake-failure.ts';
import type {BakeContext} from './bake-report.ts';
import {cacheFolder, entryParts, entryPaths, type EntryPaths} from './cache-folder.ts';
import {findDamage, readManifest, sealEntry, type CacheManifest} from './cache-manifest.ts';
import {removeDeadPartials} from './cache-prune.ts';
import {acquireLock, tryLock} from './file-lock.ts';
import {requireBakingHost} from './preflight.ts';

/** How one entry of the cache is made. */
export interface EntryMaker<Facts> {
  /** Folder of the cache: `root`, `image`, `pulled`, `registry`. */
  readonly kind: string;
  /** Content hash of everything that goes in, see `content-key.ts`. */
  readonly key: string;
  /** The entry in words, as in `root "bookworm"`. */
  readonly what: string;
  /** Free bytes needed to make it. */
  readonly neededBytes: number;
  /** Fills `content`, and may leave anything in `scratch`: both are empty folders. The facts, plain JSON, are kept with the entry. */
  readonly make: (content: string, scratch: string, context: BakeContext) => Promise<Facts>;
}

/** An entry that can't be pruned until it is disposed of. */
export interface CacheEntry<Facts> extends AsyncDisposable {
  /** Folder with what was made; never written to. */
  readonly content: string;
  readonly seal: string;
  readonly facts: Facts;
}

/**
 * The entry of this kind and key, made when it is not there or damaged. Two processes that ask at once make it once.
 * Throws `HostError` when this host can't make it, `ProvisionError` when making it failed.
 */
export const openEntry = async <Facts>(maker: EntryMaker<Facts>, context: BakeContext): Promise<CacheEntry<Facts>> => {
  const paths = entryPaths(cacheFolder(), maker.kind, maker.key);
  const onWait = sayWaiting(maker.what, context);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const held = await useEntry<Facts>(paths, onWait, context);
    if (held) return held;
    // Not waited for: who has made the entry meanwhile holds it for as long as its machines live, and it can be shared.
    await using lock = await tryLock(paths.lock, 'exclusive', context.signal);
    if (lock) await makeEntry(maker, paths, context);
    else {
      onWait();
      await setTimeout(pauseMs, undefined, {signal: context.signal});
    }
    // Between the two locks another process may have pruned the entry, hence the loop.
  }
};

/**
 * Between two looks at an entry that is not to be used, and that others look at as well, or use though it is damaged: that may last as long
 * as their machines live.
 */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** Holds an entry with a shared lock; `undefined` when it is not there or damaged. */
const useEntry = async <Facts>(
  paths: EntryPaths,
  onWait: () => void,
  context: BakeContext,
): Promise<CacheEntry<Facts> | undefined> => {
  await using undo = new AsyncDisposableStack();
  undo.use(await acquireLock(paths.lock, 'shared', {signal: context.signal, onWait}));
  const manifest = await soundManifest(paths, context);
  if (!manifest) return undefined;
  const now = new Date();
  await utimes(paths.lock, now, now);
  const release = undo.move();
  return {
    content: paths.content,
    seal: manifest.seal,
    facts: manifest.facts as Facts,
    [Symbol.asyncDispose]: async () => release.disposeAsync(),
  };
};

/** Makes an entry whose lock is held. */
const makeEntry = async <Facts>(maker: EntryMaker<Facts>, paths: EntryPaths, context: BakeContext): Promise<void> => {
  const {kind, key, what, neededBytes, make} = maker;
  // Whoever held the lock before may have made it.
  if (await soundManifest(paths, context)) return;
  if (existsSync(paths.entry)) {
    const damage = (await describeDamage(paths, context)) ?? 'its manifest is missing or broken';
    context.report({type: 'note', sentence: `The cached ${what} is damaged, ${damage}: it is made again`});
    await rm(paths.entry, {recursive: true, force: true});
  }
  await removeDeadPartials(join(paths.entry, '..'), paths.partial, context.signal);
  await requireBakingHost(what, cacheFolder(), neededBytes);

  const [content, scratch] = [join(paths.partial, entryParts.content), join(paths.partial, 'scratch')];
  const startedAt = performance.now();
  try {
    // The roots hold old set-uid programs, which are no one's business but root's.
    await mkdir(paths.partial, {recursive: true, mode: 0o700});
    for (const folder of [content, scratch]) {
      await mkdir(folder);
      await chmod(folder, 0o755);
    }
    const facts = await make(content, scratch, context);
    await rm(scratch, {recursive: true, force: true});
    const durationMs = Math.round(performance.now() - startedAt);
    await sealEntry(paths.partial, {kind, key, what, durationMs, facts}, context.signal);
    await rename(paths.partial, paths.entry);
  } catch (error) {
    await rm(paths.partial, {recursive: true, force: true, maxRetries: 3});
    throw translateFailure(error, `bake ${what}`, cacheFolder());
  }
};

const soundManifest = async (paths: EntryPaths, {signal}: BakeContext): Promise<CacheManifest | undefined> => {
  const manifest = await readManifest(paths);
  if (!manifest) return undefined;
  return (await findDamage(paths, manifest.seal, signal)) === undefined ? manifest : undefined;
};

const describeDamage = async (paths: EntryPaths, {signal}: BakeContext): Promise<string | undefined> => {
  const manifest = await readManifest(paths);
  return manifest && findDamage(paths, manifest.seal, signal);
};

/** What says once that it is waited. */
const sayWaiting = (what: string, {report}: BakeContext): (() => void) => {
  let isSaid = false;
  return () => {
    if (!isSaid) report({type: 'note', sentence: `Waiting for another bake or run that holds ${what}`});
    isSaid = true;
  };
};
