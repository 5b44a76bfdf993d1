import {isAbsolute, relative} from 'node:path';

/** A path as it is shown to a person who stands in `from`: relative when it is below, so that it is short, and absolute otherwise. */
export const shownPath = (path: string, from: string): string => {
  const below = relative(from, path);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below;
};
