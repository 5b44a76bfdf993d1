import {neighbourScript} from '../network/neighbour.ts';

/**
 * Shell script that makes a machine what cells expect: it has a neighbour, and containerd has the folders that it makes when it is first
 * asked who it is, which would count as left behind by the cell that asked. Does nothing in a machine that is so.
 */
export const setUpScript = `${neighbourScript}ctr version >/dev/null
`;
