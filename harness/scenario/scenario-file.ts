import {isAbsolute, relative} from 'node:path';

/** A scenario file's path as plans, records and sentences have it: relative to the project when it is in there, absolute otherwise. */
export const scenarioFile = (root: string, path: string): string => {
  const within = relative(root, path);
  return within.startsWith('..') || isAbsolute(within) ? path : within;
};
