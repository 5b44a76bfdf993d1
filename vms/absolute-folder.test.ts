import {homedir} from 'node:os';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {cacheFolder} from './image/cache-folder.ts';

vi.stubEnv('XDG_STATE_HOME', 'relative/state');
// Where the state is kept is decided when this is loaded.
const {stateFolder} = await import('./state.ts');

test('a variable that is no absolute path is ignored', () => {
  expect(stateFolder('runs')).toBe(join(homedir(), '.local/state/plumbline/runs'));
  vi.stubEnv('XDG_CACHE_HOME', 'relative/cache');
  expect(cacheFolder()).toBe(join(homedir(), '.cache/plumbline'));
  vi.stubEnv('XDG_CACHE_HOME', '/absolute/cache');
  expect(cacheFolder()).toBe('/absolute/cache/plumbline');
});
