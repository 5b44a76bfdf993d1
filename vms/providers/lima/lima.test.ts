import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {complaints} from './limactl.ts';
import {qemuWords} from './qemu-words.ts';
import {readyKey, type ReadySpec} from './ready-disk.ts';
import {limaVersionRequirement} from './requirements.ts';
import {bakedTemplate} from './template.ts';

const template = {
  image: '/home/image.qcow2',
  kernel: '/home/vmlinuz',
  initrd: '/home/initrd',
  acceleration: 'tcg',
  cpus: 2,
  memoryMiB: 2048,
  diskBytes: 8 * 1024 ** 3,
} as const;

test('a template is plain, mounts nothing, and boots the baked kernel', async () => {
  const settings = parse(await bakedTemplate(template)) as Record<string, unknown>;
  expect(settings).toMatchObject({
    plain: true,
    mounts: [],
    vmType: 'qemu',
    containerd: {system: false, user: false},
    memory: '2048MiB',
    disk: '8589934592',
    images: [{location: '/home/image.qcow2', kernel: {location: '/home/vmlinuz'}, initrd: {location: '/home/initrd'}}],
  });
  expect(JSON.stringify(settings['images'])).toContain('norandmaps plumbline.dhcp plumbline.cidata');
});

test('an emulated processor is asked for in words that leave Lima no choice', () => {
  const words = qemuWords('tcg', 'ready').join(' ');
  expect(words).toContain('-accel tcg,thread=multi');
  expect(words).toContain('-cpu max');
  expect(words).toMatch(/ -loadvm ready$/u);
  expect(qemuWords('kvm').join(' ')).toMatch(/-accel kvm -cpu host$/u);
});

test.for([
  ['limactl version 2.2.0', undefined],
  ['limactl version v2.1.3-12-gabcdef', undefined],
  ['limactl version 1.2.2', 'Lima 2.1 or a later 2 is needed, found is "limactl version 1.2.2"'],
  ['limactl version 3.0.0', 'Lima 2.1 or a later 2 is needed, found is "limactl version 3.0.0"'],
  ['', 'Lima 2.1 or a later 2 is needed, found is ""'],
] as const)('%j', ([said, sentence]) => {
  expect(limaVersionRequirement(said)?.sentence).toBe(sentence);
});

test('of a log only the errors are said, and of what is none the last line', () => {
  const log = [
    '{"level":"info","msg":"Starting"}',
    '{"level":"error","msg":"one"}',
    '{"level":"fatal","msg":"two"}',
  ].join('\n');
  expect(complaints(log)).toBe('one | two');
  expect(complaints('setpriv: no such user')).toBe('setpriv: no such user');
});

test('another Lima starts from another disk', async () => {
  const spec: ReadySpec = {
    runtimeSet: 'bookworm',
    qcow2: {
      seal: 'seal',
      disk: '/d',
      kernel: '/k',
      initrd: '/i',
      facts: {kernel: '6.1', hostKey: 'ssh-ed25519 AAAA'},
      [Symbol.asyncDispose]: async () => {},
    },
    files: [],
    program: '/limactl',
    account: {name: 'lima', uid: 1, gid: 1, prefix: []},
    limaVersion: 'limactl version 2.1.0',
    qemuVersion: 'QEMU emulator version 7.2.0',
    shape: template,
  };
  expect(await readyKey(spec)).toBe(await readyKey({...spec}));
  expect(await readyKey({...spec, limaVersion: 'limactl version 2.2.0'})).not.toBe(await readyKey(spec));
});
