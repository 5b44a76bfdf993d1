import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {delimiter, join} from 'node:path';

/** Where programs of the administrator are, which Debian leaves out of the `PATH` of other users. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Folders in which programs are looked for: those of `PATH`, then those of the administrator. */
export function searchPath(path: string = process.env['PATH'] ?? '/usr/bin:/bin'): readonly string[] {
  return [...new Set([...path.split(delimiter).filter((folder) => folder !== ''), ...SYSTEM_FOLDERS])];
}

/** Makes them the `PATH` of this process and of all that it starts: what is found, by whomever, can then be run as well. */
export function useSearchPath(): void {
  process.env['PATH'] = searchPath().join(delimiter);
}

/** Whether one of the folders has a program of this name. Nothing is started. */
export async function hasProgram(name: string, folders: readonly string[] = searchPath()): Promise<boolean> {
  return (await findProgram(name, folders)) !== undefined;
}

/** Path of the program of this name in the first of the folders that has it. Nothing is started. */
export async function findProgram(
  name: string,
  folders: readonly string[] = searchPath(),
): Promise<string | undefined> {
  for (const folder of folders) {
    if (await isProgram(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

const isProgram = async (file: string): Promise<boolean> => {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
};
