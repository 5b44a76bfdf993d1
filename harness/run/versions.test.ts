import {expect, test} from 'vitest';
import type {Machine} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {readVersions} from './versions.ts';

/** A machine whose programs and packages say this. */
const machine = (said: Readonly<Record<string, string>>): Machine => {
  const exec = ([program = '']: readonly string[]) =>
    Promise.resolve({exitCode: program in said ? 0 : 127, stdout: said[program] ?? '', stderr: ''});
  return {
    exec,
    succeed: async (argv: readonly string[]) => (await exec(argv)).stdout,
    traits: {kernel: '6.1'},
    reference: {id: 'm1'},
  } as unknown as Machine;
};

const programs = {
  dockerd: 'Docker version 28.5.2+dfsg4, build 1234567',
  containerd: 'containerd github.com/containerd/containerd/v2 2.1.9+unknown ',
  runc: 'runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1',
};
const set = {name: 'a', versions: {docker: '28.5.2', containerd: '2.1.9', runc: '1.1.5'}} as RuntimeSet;

test('a version is that of the package, where it is of the same release', async () => {
  const packages = 'docker.io 28.5.2+dfsg4-5\ncontainerd 2.1.9+ds1-5\nrunc 1.1.5+ds1-1+deb12u1\n';
  expect(await readVersions(machine({...programs, 'dpkg-query': packages}), set)).toEqual({
    docker: '28.5.2+dfsg4-5',
    containerd: '2.1.9+unknown',
    runc: '1.1.5+ds1-1+deb12u1',
    kernel: '6.1',
  });
});

test('without packages it is what the program says', async () => {
  const versions = await readVersions(machine({...programs, crun: 'crun version 1.21\ncommit: 1'}), set);
  expect(versions).toMatchObject({docker: '28.5.2+dfsg4', runc: '1.1.5+ds1', crun: '1.21'});
});

test('another version than that of the runtime set is refused', async () => {
  const other = machine({...programs, runc: 'runc version 1.3.6'});
  await expect(readVersions(other, set)).rejects.toThrow(
    'Cannot use the machine "m1": its runc is "1.3.6", and the runtime set "a" says "1.1.5"',
  );
});
