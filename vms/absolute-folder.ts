import {homedir} from 'node:os';
import {isAbsolute, join} from 'node:path';

/**
 * The folder that env-paths has made of an XDG variable, or that of the variable's default, below the home of the user, where its value is
 * a relative path: such a value is invalid and to be ignored. https://specifications.freedesktop.org/basedir-spec/latest/#basics
 */
export const absoluteFolder = (folder: string, byDefault: string): string =>
  isAbsolute(folder) ? folder : join(homedir(), byDefault, 'plumbline');
