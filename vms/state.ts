import {join} from 'node:path';
import envPaths from 'env-paths';
import {absoluteFolder} from './absolute-folder.ts';

const state = absoluteFolder(envPaths('plumbline', {suffix: ''}).log, '.local/state');

/**
 * Where this user's machines and ledgers live: `$XDG_STATE_HOME/plumbline`, by default `~/.local/state/plumbline`.
 * It outlives a run that is killed, which is what a later sweep reads.
 */
export const stateFolder = (...parts: string[]): string => join(state, ...parts);
