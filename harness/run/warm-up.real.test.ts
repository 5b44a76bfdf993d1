import {expect, test} from 'vitest';
import {realMachines} from '../../vms/contract/real-machines.ts';
import {tinyImage} from '../../vms/contract/tiny-image.ts';
import {sandbox} from '../../vms/providers/sandbox/provider.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {takeInventory} from '../teardown/inventory.ts';
import {waitForNoResidue} from '../teardown/residue-wait.ts';
import {setUpScript} from './set-up.ts';
import {warmUpScript} from './warm-up.ts';

const image = {
  ...tinyImage,
  symlinks: ['sh', 'sleep', 'true'].map((name) => ({path: `/bin/${name}`, target: 'busybox'})),
  config: {Cmd: ['sleep', '600']},
};

test.for(['bookworm', 'trixie', 'forky'])('warming a machine of %s up leaves nothing in it', async (runtimeSet) => {
  const {signal} = new AbortController();
  await using machines = await realMachines(sandbox, runtimeSet, signal, [image]);
  await using machine = await machines.start();
  await machine.succeed(['sh', '-c', setUpScript]);
  const before = await takeInventory(machine, {signal});
  // With -e, which a machine that is warmed up is not given: here everything in it is to work.
  await machine.succeed(['sh', '-ec', await warmUpScript(image.name)]);
  const {knownResidue} = await loadRuntimeSet(runtimeSet);
  const residue = await waitForNoResidue(machine, before, {deadlineMs: 15_000, signal, knownResidue});
  expect([...residue.appeared, ...residue.vanished]).toEqual([]);
  // What dockerd leaves once in its life the first container of a cell would make it leave.
  expect(residue.known.every(({identity}) => identity.includes('moby-detect-rro'))).toBe(true);
});
