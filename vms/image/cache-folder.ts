import {isAbsolute, join} from 'node:path';
import envPaths from 'env-paths';
import {absoluteFolder} from '../absolute-folder.ts';

/** Where baked things are kept: `$XDG_CACHE_HOME/plumbline`, or `~/.cache/plumbline` where that is not set. Read on every call. */
export const cacheFolder = (): string => {
  const {XDG_CACHE_HOME: home = ''} = process.env;
  // On macOS env-paths does not read the variable.
  return isAbsolute(home)
    ? join(home, 'plumbline')
    : absoluteFolder(envPaths('plumbline', {suffix: ''}).cache, '.cache');
};

/** Paths of one cache entry. */
export interface EntryPaths {
  /** The entry itself; there only when it was made to the end. */
  readonly entry: string;
  /** What the entry is kept for. */
  readonly content: string;
  /** Facts about the entry, see `cache-manifest.ts`. */
  readonly manifest: string;
  /** State of each path in `content` when it was made. */
  readonly listing: string;
  /** The entry while it is made. */
  readonly partial: string;
  /** Locked shared by who uses the entry, exclusively by who makes or removes it. Its mtime is when the entry was last used. */
  readonly lock: string;
}

/** Names of the parts of an entry, relative to its folder. */
export const entryParts = {content: 'content', manifest: 'manifest.json', listing: 'listing'} as const;

/** Suffixes of what lies beside the entries of a kind. */
export const suffixes = {partial: '.partial', lock: '.lock'} as const;

/** Paths of the entry of this kind and key. */
export const entryPaths = (cache: string, kind: string, key: string): EntryPaths => {
  const entry = join(cache, kind, key);
  return {
    entry,
    content: join(entry, entryParts.content),
    manifest: join(entry, entryParts.manifest),
    listing: join(entry, entryParts.listing),
    partial: `${entry}${suffixes.partial}`,
    lock: `${entry}${suffixes.lock}`,
  };
};
