import {join} from 'node:path';

/** What names a run on the command line: its id where the reports lie in the project's folder, and its own folder where they do not. */
export const runArgument = (id: string, reports: string, root: string): string =>
  reports === join(root, 'reports') ? id : join(reports, id);
