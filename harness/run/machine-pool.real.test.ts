import {randomUUID} from 'node:crypto';
import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {MachineError} from '../../vms/errors.ts';
import {Ledger, ledgerFolder} from '../../vms/ledger/ledger.ts';
import type {OwnedMachine, Provider} from '../../vms/machine.ts';
import {stateFolder} from '../../vms/state.ts';
import {chooseProvider} from '../cli/provider-choice.ts';
import {failureRecordOf, flattened} from '../report/failure.ts';
import {MachinePool, type KeepMachines} from './machine-pool.ts';

/** The provider, with each machine that it starts given to `change`. */
const changing =
  (change: (machine: OwnedMachine) => OwnedMachine) =>
  (provider: Provider): Provider =>
    Object.assign(Object.create(provider) as Provider, {
      start: async (...args: Parameters<Provider['start']>) => change(await provider.start(...args)),
    });

/** A pool of sandboxes without any workload image, of the provider that `changed` makes. */
const makePool = async (
  changed: (provider: Provider) => Provider = (provider) => provider,
  keep: KeepMachines = 'never',
) => {
  const runId = `pool-${randomUUID().slice(0, 8)}`;
  const ledger = await Ledger.start(runId);
  onTestFinished(() => rm(join(ledgerFolder(), `${runId}.jsonl`), {force: true}));
  const {provider} = await chooseProvider('sandbox');
  const interruption = new AbortController();
  const pool = new MachinePool({
    provider: changed(provider),
    runId,
    runArgument: runId,
    runStartedAt: Date.now(),
    recipes: [],
    files: [],
    pull: false,
    keep,
    ledger,
    listener: () => {},
    signal: interruption.signal,
  });
  const folder = stateFolder('runs', runId);
  onTestFinished(() => rm(folder, {recursive: true}));
  return {pool, ledger, folder, interruption};
};

const lane = (name: string) => ({runtimeSet: 'bookworm', lane: name, file: 'a.scenario.ts'});

test('a machine that is still starting when its lane ends is gone with the pool', async () => {
  const {pool, folder} = await makePool();
  const leased = pool.lease(lane('one'));
  pool.endLane('one');
  await pool[Symbol.asyncDispose]();
  await expect(leased).resolves.toBeDefined();
  expect(await readdir(folder)).toEqual([]);
});

test('a dirty machine is thrown away, in the record as well, and its lane gets another', async () => {
  const {pool, folder} = await makePool();
  const first = await pool.lease(lane('one'));
  expect((await pool.lease(lane('one'))).reference.id).toBe(first.reference.id);
  pool.release({id: first.reference.id, dirty: true});
  const second = await pool.lease(lane('one'));
  expect(second.reference.id).not.toBe(first.reference.id);
  await pool[Symbol.asyncDispose]();
  expect(pool.records.map(({steps}) => steps.at(-1)?.title)).toEqual([
    'throw the machine away',
    'throw the machine away',
  ]);
  expect(await readdir(folder)).toEqual([]);
});

test('a machine that stands is not leased once a signal has come', async () => {
  const {pool, folder, interruption} = await makePool();
  await pool.lease(lane('one'));
  interruption.abort(new Error('Interrupted by SIGINT'));
  await expect(pool.lease(lane('one'))).rejects.toThrow('Interrupted by SIGINT');
  await pool[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});

test('what fails as machines are thrown away is told of each, with its runtime set', async () => {
  const failing = (machine: OwnedMachine): OwnedMachine => {
    const dispose = machine[Symbol.asyncDispose].bind(machine);
    return Object.assign(machine, {
      [Symbol.asyncDispose]: async () => {
        await dispose();
        throw new MachineError('Cannot throw it away');
      },
    });
  };
  const {pool} = await makePool(changing(failing));
  await Promise.all([pool.lease(lane('one')), pool.lease(lane('two'))]);
  const error = await pool[Symbol.asyncDispose]().catch((thrown: unknown) => thrown);
  const record = {class: 'guest', sentence: 'Cannot throw it away', runtimeSet: 'bookworm'};
  expect(flattened(error).map((one) => failureRecordOf(one))).toMatchObject([record, record]);
});

test('a machine that is kept keeps no others from a sweep, should the run be killed', async () => {
  const machines: OwnedMachine[] = [];
  const {pool, ledger} = await makePool(
    changing((machine) => {
      machines.push(machine);
      return machine;
    }),
    'on-failure',
  );
  onTestFinished(async () => {
    for (const machine of machines) await machine[Symbol.asyncDispose]();
  });
  const [failed] = await Promise.all([pool.lease(lane('one')), pool.lease(lane('two'))]);
  const {id} = failed.reference;
  pool.keepAsItIs({id, cell: 'fails'});
  pool.release({id, dirty: true});
  expect(pool.records.map(({kept}) => kept).toSorted()).toEqual([false, true]);
  expect(ledger.isKept).toBe(false);
  await pool[Symbol.asyncDispose]();
  expect(ledger.isKept).toBe(true);
  const kept = machines.find(({reference}) => reference.id === id);
  await expect(kept?.succeed(['true'])).resolves.toBe('');
});
