import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {release, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, onTestFinished, test} from 'vitest';
import {hostFacts} from './facts.ts';

const hostWith = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'plumbline-host-'));
  onTestFinished(() => rm(root, {recursive: true}));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), {recursive: true});
    await writeFile(join(root, path), content);
  }
  return root;
};

test.for([
  ['v2', 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n'],
  ['v1', 'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n'],
  ['hybrid', 'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n'],
  ['none', 'proc /proc proc rw 0 0\n'],
] as const)('cgroups %s', async ([expected, mounts]) => {
  const root = await hostWith({'proc/self/mounts': mounts});
  expect((await hostFacts('/', root)).cgroups).toBe(expected);
});

test('what the system and its memory are', async () => {
  const root = await hostWith({
    'etc/os-release': 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
    'proc/meminfo': 'MemTotal:       1024 kB\nMemFree:  1 kB\nMemAvailable:    512 kB\n',
    'dev/kvm': '',
  });
  expect(await hostFacts('/', root)).toMatchObject({
    system: 'Debian GNU/Linux 13 (trixie)',
    memory: {totalBytes: 1024 * 1024, freeBytes: 512 * 1024},
    kvm: 'there',
  });
});

test('features are read from the configuration of the kernel', async () => {
  const configuration = '\nCONFIG_NF_TABLES=y\nCONFIG_VETH=m\n# CONFIG_BRIDGE is not set\n';
  for (const root of [
    await hostWith({'proc/config.gz': gzipSync(configuration)}),
    await hostWith({[`boot/config-${release()}`]: configuration}),
  ]) {
    expect((await hostFacts('/', root)).features).toMatchObject({
      nf_tables: 'built-in',
      veth: 'module',
      bridge: 'absent',
    });
  }
});

test('features are read from the lists of modules where there is no configuration', async () => {
  const folder = `lib/modules/${release()}`;
  const root = await hostWith({
    [`${folder}/modules.builtin`]: 'kernel/fs/overlayfs/overlay.ko\n',
    [`${folder}/modules.dep`]: 'kernel/drivers/net/veth.ko.xz:\n',
  });
  expect((await hostFacts('/', root)).features).toMatchObject({overlay: 'built-in', veth: 'module', bridge: 'absent'});
});

test('a host that tells nothing has facts all the same', async () => {
  const facts = await hostFacts('/no/such/folder', await hostWith({}));
  expect(facts).toMatchObject({cgroups: 'none', kvm: 'absent', features: {overlay: 'unknown', veth: 'unknown'}});
  expect(facts.disk.freeBytes).toBeGreaterThan(0);
});

test('overlay is there when the kernel lists it', async () => {
  const root = await hostWith({'proc/filesystems': 'nodev\tproc\nnodev\toverlay\n\text4\n'});
  expect((await hostFacts('/', root)).features.overlay).toBe('built-in');
});
