import {join} from 'node:path';

/** What goes before each command of this host that becomes a process of a machine: it then has no limits and the like of who started the tool. */
export const AS_BOOTED = join(import.meta.dirname, 'as-booted.sh');
