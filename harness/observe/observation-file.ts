import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {z} from 'zod';
import {UsageError} from '../../vms/errors.ts';
import {fileNameOf} from '../report/file-name.ts';
import {cellRecord, stepRecord} from '../report/run-record.ts';

/** Version of the shape below; raised when a reader of the old shape would misread the new one, or when facts change their names. */
export const OBSERVATION_SCHEMA_VERSION = 1;

const factValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]);

/** What one cell was seen to have built: the content of `observations/<cell>.json`. */
export const observationRecord = z.object({
  schemaVersion: z.literal(OBSERVATION_SCHEMA_VERSION),
  /** Name of the cell in `run.json`. */
  cell: z.string().min(1),
  ...cellRecord.pick({scenario: true, level: true, network: true, runtimeSet: true, repetition: true}).shape,
  /** Versions found in the machine, by component. */
  versions: z.record(z.string(), z.string()),
  /** By stable path; harness/observe/README.md says where each is read from. */
  facts: z.record(z.string(), factValue),
  measurements: z.record(z.string(), z.object({value: z.number(), unit: z.enum(['bytes', 'ms', 'count'])})),
  /** Facts that are not the same each time, as how often they were true; files from before there were any have none. */
  rates: z.record(z.string(), z.object({hits: z.int().nonnegative(), of: z.int().positive()})).default({}),
  /** What was done so far, with its times. */
  steps: z.array(stepRecord),
});

export type ObservationRecord = z.infer<typeof observationRecord>;

/** Path of a cell's observation in a run's folder. */
export const observationPath = (runFolder: string, cell: string): string =>
  join(runFolder, 'observations', `${fileNameOf(cell)}.json`);

/** Writes a cell's observation into a run's folder, so that a reader sees the whole file or none; returns its path. */
export const writeObservation = async (runFolder: string, record: ObservationRecord): Promise<string> => {
  const file = observationPath(runFolder, record.cell);
  const temporary = `${file}.${process.pid}`;
  await mkdir(dirname(file), {recursive: true});
  try {
    await writeFile(temporary, serialise(record));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, {force: true});
    throw error;
  }
  return file;
};

/** Reads an observation. Throws {@link UsageError} when the file is not one of this version. */
export const readObservation = async (file: string): Promise<ObservationRecord> => {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const isSyntax = error instanceof SyntaxError;
    const state = isSyntax ? 'it is not whole JSON, as after an interrupted copy' : (error as Error).message;
    throw new UsageError(`Cannot read observation "${file}": ${state}`, {cause: error});
  }
  const version = (value as {schemaVersion?: unknown} | null)?.schemaVersion;
  if (version !== OBSERVATION_SCHEMA_VERSION) {
    const found = typeof version === 'number' ? version : 'missing';
    throw new UsageError(
      `Cannot read observation "${file}": its schemaVersion is ${found}, this plumbline reads ${OBSERVATION_SCHEMA_VERSION}`,
    );
  }
  const parsed = observationRecord.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(
      `Cannot read observation "${file}": key "${issue?.path.join('.')}" is wrong, ${issue?.message}`,
      {cause: parsed.error},
    );
  }
  return parsed.data;
};

/** A fact a line: that is how a change of a baseline reads well in a diff, at a quarter of the size of indented lists. */
const serialise = (record: ObservationRecord): string => {
  const keys = Object.entries(record).map(([key, value]) =>
    key === 'facts' || key === 'measurements' || key === 'rates'
      ? `${JSON.stringify(key)}: {\n${Object.entries(value as object)
          .map(([path, fact]) => `  ${JSON.stringify(path)}: ${JSON.stringify(fact)}`)
          .join(',\n')}\n}`
      : `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return `{\n${keys.join(',\n')}\n}\n`;
};
