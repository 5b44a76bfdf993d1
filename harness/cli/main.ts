#!/usr/bin/env node
import {chmodSync} from 'node:fs';
import {enableCompileCache} from 'node:module';
import {useSearchPath} from '../../vms/host/search-path.ts';
import {cacheFolder} from '../../vms/image/cache-folder.ts';
import {makeFolder} from '../../vms/make-folder.ts';

// Before anything else is loaded, which may keep what it found.
useSearchPath();
const cache = cacheFolder();
try {
  // Node would make the folder for everybody to look into, as it did: one that is there has its mode mended.
  await makeFolder(cache, 0o700);
  chmodSync(cache, 0o700);
  // Before anything else is loaded: what Node compiles it then keeps, which halves the time to the first line from the second run on.
  enableCompileCache(`${cache}/node`);
} catch {
  // Many commands need no cache; one that does says what is wrong with the folder. Node would wait for ever for one in /proc.
}
const {main} = await import('./program.ts');
await main();
