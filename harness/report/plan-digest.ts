import {createHash} from 'node:crypto';
import type {PlannedCell} from './progress.ts';

/** Digest of a whole plan, in whatever order its cells are: parts belong together when they are parts of the same one, and are all of it. */
export const planDigest = (cells: readonly Pick<PlannedCell, 'name'>[]): string =>
  createHash('sha256')
    .update(
      cells
        .map(({name}) => name)
        .toSorted()
        .join('\n'),
    )
    .digest('hex');
