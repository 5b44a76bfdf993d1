import {resolve} from 'node:path';

/** Absolute path of what was named on the command line: npm changes to the project's folder, and says in INIT_CWD where it was called. */
export const callerPath = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
