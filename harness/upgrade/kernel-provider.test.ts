import {expect, test} from 'vitest';
import type {BakedImage, MachineSpec, Provider} from '../../vms/machine.ts';
import {withKernelOf} from './kernel-provider.ts';

const image = (key: string): BakedImage => ({runtimeSet: key, layers: [`/${key}`], key});

/** Whose kernel the machines of a provider boot that are made of this image. */
const kernelSetOf = async (provider: Pick<Provider, 'sharesKernel'>, own: BakedImage): Promise<string | undefined> => {
  const started: MachineSpec[] = [];
  const kernels = withKernelOf(image('old'), {
    ...provider,
    name: 'of a test',
    missing: async () => [],
    start: (spec) => {
      started.push(spec);
      return Promise.reject(new Error('not here'));
    },
    attach: () => {
      throw new Error('not here');
    },
  });
  await kernels.start({image: own} as MachineSpec, AbortSignal.abort()).catch(() => undefined);
  return started[0]?.image.kernelOf?.runtimeSet;
};

test('a machine with a kernel of its own boots that of the other image', async () => {
  expect(await kernelSetOf({}, image('new'))).toBe('old');
});

test('one that is made of that image needs no other disk', async () => {
  expect(await kernelSetOf({}, image('old'))).toBeUndefined();
});

test('one that shares the kernel of the host has no other', async () => {
  expect(await kernelSetOf({sharesKernel: true}, image('new'))).toBeUndefined();
});
