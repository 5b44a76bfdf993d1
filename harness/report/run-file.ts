import {mkdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {z} from 'zod';
import {UsageError} from '../../vms/errors.ts';
import {RUN_SCHEMA_VERSION, runRecord} from './run-record.ts';
import type {RunRecord} from './run-record.ts';

/** Name of the record in a run's folder. */
export const RUN_FILE = 'run.json';

/** Writes `run.json` into a run's folder, which is made, so that a reader sees the old file or the whole new one; returns its path. */
export async function writeRun(folder: string, record: RunRecord): Promise<string> {
  const file = join(folder, RUN_FILE);
  const temporary = join(folder, `.${RUN_FILE}.${process.pid}`);
  await mkdir(folder, {recursive: true});
  try {
    await writeFile(temporary, `${JSON.stringify(record, undefined, 2)}\n`, {flush: true});
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, {force: true});
    throw error;
  }
  return file;
}

/**
 * Reads the record of a run, given its folder or the file itself.
 * Throws {@link UsageError} when there is none, or when it is not the record of a run of this version.
 */
export async function readRun(path: string): Promise<RunRecord> {
  const file = await recordFile(path);
  const value = parse(await contentOf(file, path), file);
  const version = versionOf(value);
  if (version !== RUN_SCHEMA_VERSION) {
    throw new UsageError(
      `Cannot read run "${file}": its schemaVersion is ${version}, this plumbline reads ${RUN_SCHEMA_VERSION}`,
    );
  }
  const result = runRecord.safeParse(value);
  if (!result.success)
    throw new UsageError(`Cannot read run "${file}": ${firstProblem(result.error)}`, {cause: result.error});
  return result.data;
}

const recordFile = async (path: string): Promise<string> => {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, RUN_FILE) : path;
};

const contentOf = async (file: string, path: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const absent = file === path ? 'there is no such file or folder' : `the folder has no ${basename(file)}`;
    const state = isAbsent ? absent : String(error instanceof Error ? error.message : error);
    throw new UsageError(`Cannot read run "${path}": ${state}`, {cause: error});
  }
};

const parse = (content: string, file: string): unknown => {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new UsageError(`Cannot read run "${file}": it is not whole JSON, as after an interrupted copy`, {
      cause: error,
    });
  }
};

const versionOf = (value: unknown): string | number => {
  const version =
    typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  return typeof version === 'number' ? version : 'missing';
};

const firstProblem = ({issues: [first]}: z.ZodError): string =>
  first === undefined ? 'it has another shape' : `key "${first.path.join('.')}" is wrong, ${first.message}`;
