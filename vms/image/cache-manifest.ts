import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {entryParts, type EntryPaths} from './cache-folder.ts';
import {firstDifference, listFolder} from './cache-listing.ts';

const manifestSchema = z.strictObject({
  kind: z.string(),
  key: z.string(),
  /** The entry in words, as in `root "bookworm"`. */
  what: z.string(),
  /** ISO 8601, UTC. */
  madeAt: z.string(),
  /** How long it took to make, in milliseconds. */
  durationMs: z.number(),
  /** What it takes on the disk. */
  bytes: z.number(),
  /** Digest of the state of all files; another one after each making. */
  seal: z.string(),
  /** What the maker of the entry found out; its type belongs to the kind. */
  facts: z.unknown(),
});

/** Facts about a cache entry, `manifest.json` in its folder. */
export type CacheManifest = Readonly<z.infer<typeof manifestSchema>>;

/** Lists the content of an entry that was just made and writes its manifest. `folder` is that of the entry. */
export const sealEntry = async (
  folder: string,
  facts: Omit<CacheManifest, 'bytes' | 'seal' | 'madeAt'>,
  signal: AbortSignal,
): Promise<void> => {
  const {text, digest, bytes} = await listFolder(join(folder, entryParts.content), signal);
  const manifest: CacheManifest = {...facts, madeAt: new Date().toISOString(), bytes, seal: digest};
  await writeFile(join(folder, entryParts.listing), text);
  await writeFile(join(folder, entryParts.manifest), `${JSON.stringify(manifest, undefined, 2)}\n`);
};

/** The manifest of an entry, or `undefined` where there is no entry or its manifest is broken. */
export const readManifest = async (paths: Pick<EntryPaths, 'manifest'>): Promise<CacheManifest | undefined> => {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(paths.manifest, 'utf8')));
  } catch {
    return undefined;
  }
};

/** Compares an entry with its manifest; returns what is wrong with it in words, `undefined` when nothing is. */
export const findDamage = async (paths: EntryPaths, seal: string, signal: AbortSignal): Promise<string | undefined> => {
  try {
    const {text, digest} = await listFolder(paths.content, signal);
    if (digest === seal) return undefined;
    const path = firstDifference(await readFile(paths.listing, 'utf8'), text);
    return path === undefined ? 'its listing is damaged' : `"${path}" is not as it was made`;
  } catch {
    signal.throwIfAborted();
    return 'it cannot be read';
  }
};
