import {createHash} from 'node:crypto';
import {execa} from 'execa';

/** The state of every path of a folder at one moment. */
export interface Listing {
  /** One record per path, sorted, each ended by NUL: path, type, size, mode, owner, mtime and link target. */
  readonly text: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string;
  /** Sum of the sizes of the regular files. */
  readonly bytes: number;
}

/**
 * Walks a folder and lists the state of every path in it: far faster than reading the files, and any write shows in it.
 * About 50 ms for a Debian root. Rejects when the folder cannot be read.
 */
export const listFolder = async (folder: string, signal: AbortSignal): Promise<Listing> => {
  const {stdout} = await execa('find', [folder, '-mindepth', '1', '-printf', recordFormat], {
    cancelSignal: signal,
    maxBuffer: 1_000_000_000,
    stripFinalNewline: false,
    env: {LC_ALL: 'C'},
  });
  // The order of readdir(3) belongs to the file system, so it must not decide the digest.
  const records = stdout.split('\0').slice(0, -1).sort();
  const text = records.map((record) => `${record}\0`).join('');
  return {text, digest: createHash('sha256').update(text).digest('hex'), bytes: sumOfFiles(records)};
};

/** https://www.gnu.org/software/findutils/manual/html_node/find_html/Format-Directives.html */
const recordFormat = String.raw`%P\t%y\t%s\t%m\t%U:%G\t%T@\t%l\0`;

/** The first path whose state differs between two listings, or `undefined` when none does. */
export const firstDifference = (before: string, after: string): string | undefined => {
  const left = new Set(before.split('\0'));
  const right = new Set(after.split('\0'));
  const record =
    [...right].find((candidate) => !left.has(candidate)) ?? [...left].find((candidate) => !right.has(candidate));
  return record?.split('\t')[0];
};

const sumOfFiles = (records: readonly string[]): number => {
  let sum = 0;
  for (const record of records) {
    const [, type, size] = record.split('\t');
    if (type === 'f') sum += Number(size);
  }
  return sum;
};
