import {open, realpath} from 'node:fs/promises';
import {join, relative, resolve} from 'node:path';
import type {RunRecord} from '../report/run-record.ts';

/** The last part of a file that explains a failure. */
export interface EvidenceText {
  readonly text: string;
  /** Bytes before it that are not in it. */
  readonly omitted: number;
}

/** Bytes of one file, and of all together, that a page shows: it has to stay below a megabyte. */
const LARGEST_FILE = 16 * 1024;
const LARGEST_SUM = 400 * 1024;

/** Reads what explains the failures of a run, by its path in the run's folder. What is not there any more, or is no text, is not in it. */
export const readEvidence = async (folder: string, run: RunRecord): Promise<ReadonlyMap<string, EvidenceText>> => {
  const files = new Set(
    [...run.failures, ...run.cells.flatMap(({failures}) => failures)].flatMap(({evidence}) => evidence),
  );
  const texts = new Map<string, EvidenceText>();
  let left = LARGEST_SUM;
  for (const file of files) {
    const read = isBelow(folder, file) ? await lastPart(folder, file, Math.min(LARGEST_FILE, left)) : undefined;
    if (read !== undefined) {
      texts.set(file, read);
      left -= read.text.length;
    }
  }
  return texts;
};

/** A record that came from elsewhere must not show files of this host. */
const isBelow = (folder: string, file: string): boolean => {
  const path = relative(resolve(folder), resolve(folder, file));
  return path !== '' && !path.startsWith('..');
};

const lastPart = async (folder: string, file: string, bytes: number): Promise<EvidenceText | undefined> => {
  if (bytes <= 0) {
    return undefined;
  }
  try {
    const path = join(await realpath(folder), file);
    // A folder that came from elsewhere may hold links to files of this host.
    if ((await realpath(path)) !== path) {
      return undefined;
    }
    await using opened = await open(path);
    const {size} = await opened.stat();
    const {buffer, bytesRead} = await opened.read({
      buffer: Buffer.alloc(Math.min(size, bytes)),
      position: Math.max(0, size - bytes),
    });
    const part = buffer.subarray(0, bytesRead);
    return part.includes(0) ? undefined : {text: part.toString('utf8'), omitted: size - bytesRead};
  } catch {
    return undefined;
  }
};
