import {createHash} from 'node:crypto';
import {execa} from 'execa';

/** The state of every path of a folder at one moment. */
export interface Listing {
  /** One record per path, sorted, each ended by NUL: path, type, size of what is no folder, mode, owner, mtime and link target. */
  readonly text: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string;
  /** What it takes on the disk: holes of a file take nothing. */
  readonly bytes: number;
}

/**
 * Walks a folder and lists the state of every path in it: far faster than reading the files, and any write shows in it.
 * About 50 ms for a Debian root. Rejects when the folder cannot be read.
 */
export const listFolder = async (folder: string, signal: AbortSignal): Promise<Listing> => {
  const {stdout} = await execa('find', [folder, '-mindepth', '1', ...printRecords], {
    cancelSignal: signal,
    maxBuffer: 1_000_000_000,
    stripFinalNewline: false,
    env: {LC_ALL: 'C'},
  });
  const listed = stdout.split('\0').slice(0, -1).map(splitBlocks);
  // The order of readdir(3) belongs to the file system, so it must not decide the digest.
  const records = listed.map(({record}) => record).sort();
  const text = records.map((record) => `${record}\0`).join('');
  return {
    text,
    digest: createHash('sha256').update(text).digest('hex'),
    bytes: listed.reduce((sum, {blocks}) => sum + blocks, 0) * BLOCK_BYTES,
  };
};

/** https://www.gnu.org/software/findutils/manual/html_node/find_html/Format-Directives.html */
const recordFormat = (size: string): string => String.raw`%b\t%P\t%y\t${size}\t%m\t%U:%G\t%T@\t%l\0`;

/** What a folder takes for its entries depends on the file system, and on those it had before: one that was unpacked elsewhere is the same. */
const printRecords = ['-type', 'd', '-printf', recordFormat('-'), '-o', '-printf', recordFormat('%s')];

/** Of `%b`, whatever those of the file system are. */
const BLOCK_BYTES = 512;

/** How many blocks a path has is no part of its state: the file system decides that when it likes. */
const splitBlocks = (line: string): {readonly blocks: number; readonly record: string} => {
  const end = line.indexOf('\t');
  return {blocks: Number(line.slice(0, end)), record: line.slice(end + 1)};
};

/** The first path whose state differs between two listings, or `undefined` when none does. */
export const firstDifference = (before: string, after: string): string | undefined => {
  const left = new Set(before.split('\0'));
  const right = new Set(after.split('\0'));
  const record =
    [...right].find((candidate) => !left.has(candidate)) ?? [...left].find((candidate) => !right.has(candidate));
  return record?.split('\t')[0];
};
