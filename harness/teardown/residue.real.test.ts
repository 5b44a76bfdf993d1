import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {addNeighbour} from '../network/neighbour.ts';
import {takeInventory} from './inventory.ts';
import {groundwork, planted} from './planted.ts';
import {plantedFiles} from './planted-files.ts';
import {startRealMachine} from './real-machine.ts';
import type {RealMachine} from './real-machine.ts';
import {compareInventories} from './residue.ts';
import {waitForNoResidue} from './residue-wait.ts';
import type {Inventory} from './thing.ts';

const {signal} = new AbortController();

describe.each(['bookworm', 'trixie', 'forky'])('residue in a machine of %s', (runtimeSet) => {
  let real: RealMachine;
  let before: Inventory;

  beforeAll(async () => {
    real = await startRealMachine(runtimeSet, signal);
    await addNeighbour(real.machine);
    await real.machine.succeed(['sh', '-c', groundwork]);
    before = await takeInventory(real.machine, {signal});
  }, 600_000);
  afterAll(async () => real?.[Symbol.asyncDispose](), 60_000);

  test('an inventory reads every section', () => {
    expect(before.unread).toEqual(new Map());
  });

  test('an unchanged machine is clean', async () => {
    expect(await waitForNoResidue(real.machine, before, {deadlineMs: 0, signal})).toEqual({
      appeared: [],
      known: [],
      vanished: [],
    });
  });

  test.each([...planted, ...plantedFiles])(
    'catches a left $name, and is clean without it',
    {timeout: 30_000},
    async ({kinds, says, plant, remove}) => {
      await real.machine.succeed(['sh', '-c', plant]);
      const {appeared, vanished} = compareInventories(before, await takeInventory(real.machine, {signal}));
      await real.machine.succeed(['sh', '-c', remove]);
      const found = [...appeared, ...vanished];
      expect(found.filter(({kind}) => !kinds.includes(kind))).toEqual([]);
      expect(kinds.filter((kind) => !found.some((finding) => finding.kind === kind))).toEqual([]);
      expect(found.find(({kind}) => kind === kinds[0])?.sentence).toContain(says);
      expect(await waitForNoResidue(real.machine, before, {deadlineMs: 10_000, signal})).toEqual({
        appeared: [],
        known: [],
        vanished: [],
      });
    },
  );

  test('what containerd has only not collected yet is not residue', async () => {
    await real.machine.succeed(['sh', '-c', 'echo garbage | ctr content ingest garbage']);
    expect(await waitForNoResidue(real.machine, before, {deadlineMs: 10_000, signal})).toEqual({
      appeared: [],
      known: [],
      vanished: [],
    });
  });

  // Last: this machine is of no use afterwards.
  test('a daemon that died is a finding', async () => {
    await real.machine.succeed(['pkill', '-x', 'dockerd']);
    const {vanished} = await waitForNoResidue(real.machine, before, {deadlineMs: 500, signal});
    expect(vanished.map(({kind}) => kind)).toContain('daemon');
    expect(vanished.map(({sentence}) => sentence)).toContainEqual(
      expect.stringMatching(/^dockerd answered before and does not any more: /),
    );
    expect(vanished.filter(({kind}) => kind.startsWith('docker '))).toEqual([]);
  });
});
