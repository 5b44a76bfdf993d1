import {readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {machineFiles} from './launch.ts';

const FILE = 'parked.json';

/** By name of a snapshot: the name of the disk image that it is in. */
const parkedSchema = z.record(z.string(), z.string());

/** Puts the machine's disk image aside where it has one of these snapshots in it. Its process must have ended. */
export const parkDisk = async (folder: string, snapshots: readonly string[]): Promise<void> => {
  const parked = await readParked(folder);
  const inUse = snapshots.filter((name) => !Object.hasOwn(parked, name));
  if (inUse.length === 0) return;
  const disk = `disk.${Date.now()}.qcow2`;
  await writeParked(folder, {...parked, ...Object.fromEntries(inUse.map((name) => [name, disk]))});
  await rename(join(folder, machineFiles.disk), join(folder, disk));
};

/** Makes the disk image that has this snapshot the machine's again. */
export const unparkDisk = async (folder: string, snapshot: string): Promise<void> => {
  const parked = await readParked(folder);
  const disk = parked[snapshot] ?? '';
  await rename(join(folder, disk), join(folder, machineFiles.disk));
  await writeParked(folder, Object.fromEntries(Object.entries(parked).filter(([, other]) => other !== disk)));
};

/** Forgets what is parked under the name of a snapshot that was made anew, with its disk image where that has no other one. */
export const forgetParked = async (folder: string, snapshot: string): Promise<void> => {
  const {[snapshot]: disk, ...others} = await readParked(folder);
  if (disk === undefined) return;
  await writeParked(folder, others);
  if (!Object.values(others).includes(disk)) await rm(join(folder, disk));
};

const readParked = async (folder: string): Promise<z.infer<typeof parkedSchema>> => {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => '{}');
  return parkedSchema.parse(JSON.parse(text));
};

const writeParked = async (folder: string, parked: z.infer<typeof parkedSchema>): Promise<void> =>
  writeFile(join(folder, FILE), JSON.stringify(parked));
