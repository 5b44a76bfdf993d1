import {ctr} from './ctr.ts';
import {docker} from './docker.ts';
import type {Level, LevelName} from './level.ts';
import {runc} from './runc.ts';

/** Every level there is, from the highest to the lowest. */
export const levelByName: Readonly<Record<LevelName, Level>> = {docker, ctr, runc};
