import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * The key of a cache entry: SHA-256 over plain data, whatever the order of its keys, and over the content of source files of this folder,
 * so that a change of how something is made makes it anew. Hexadecimal.
 */
export const contentKey = async (data: unknown, sources: readonly string[] = []): Promise<string> => {
  const contents = await Promise.all(sources.map(async (name) => readFile(join(import.meta.dirname, name), 'utf8')));
  return keyOf({data, sources: Object.fromEntries(sources.map((name, index) => [name, contents[index]]))});
};

/** SHA-256 over plain data, whatever the order of its keys. Hexadecimal. */
export const keyOf = (data: unknown): string => createHash('sha256').update(canonicalJson(data)).digest('hex');

/** JSON with the keys of objects sorted and `undefined` left out. */
export const canonicalJson = (data: unknown): string => JSON.stringify(data, sortKeys);

const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
    : value;
