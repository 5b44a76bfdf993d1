import {expect, test} from 'vitest';
import {HostError} from '../../vms/errors.ts';
import type {Provider, Requirement} from '../../vms/machine.ts';
import {providers} from '../../vms/providers.ts';
import {firstUsable} from './provider-choice.ts';

const refuse = (): never => {
  throw new Error('a choice starts nothing');
};

const provider = (name: string, missing: readonly Requirement[], sharesKernel = false): Provider => ({
  name,
  sharesKernel,
  missing: () => Promise.resolve(missing),
  start: refuse,
  attach: refuse,
});

const lacking = {sentence: 'its program is not installed', remedy: 'npm run setup'};

test('auto takes the first that is usable, and says nothing of those it passed over', async () => {
  const [first, second, third] = [provider('lima', [lacking]), provider('qemu', []), provider('sandbox', [], true)];
  expect(await firstUsable([first, second, third])).toEqual({provider: second, notes: []});
});

test('auto says when a machine has no kernel of its own, and what would mend it', async () => {
  const {provider: taken, notes} = await firstUsable([provider('qemu', [lacking]), provider('sandbox', [], true)]);
  expect(taken.name).toBe('sandbox');
  expect(notes).toEqual([
    'No virtual machine can be made here, qemu: its program is not installed (npm run setup): machines are made with "sandbox" and share this host\'s kernel',
  ]);
});

test('a host on which nothing is usable is told about every provider', async () => {
  const reason: unknown = await firstUsable([provider('qemu', [lacking]), provider('sandbox', [lacking], true)]).catch(
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(HostError);
  expect((reason as HostError).requirements.map(({sentence}) => sentence)).toEqual([
    'qemu: its program is not installed',
    'sandbox: its program is not installed',
  ]);
});

test('what shares the kernel of the host comes last', () => {
  expect(providers.map(({sharesKernel = false}) => sharesKernel)).toEqual([
    ...providers.slice(1).map(() => false),
    true,
  ]);
});
