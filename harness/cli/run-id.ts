import {randomBytes} from 'node:crypto';

/** A new id of a run. It sorts by time, and is unique on this host; lower-case letters, digits and hyphens. */
export const runId = (now: Date): string =>
  `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`;
