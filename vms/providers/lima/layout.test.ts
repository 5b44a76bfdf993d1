import {mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {layOut} from './layout.ts';

test.runIf(process.getuid?.() === 0)("all of a machine's home is its user's, whatever the umask is", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'layout-test-'));
  const umask = process.umask(0o077);
  onTestFinished(async () => {
    process.umask(umask);
    await rm(folder, {recursive: true});
  });
  const file = join(folder, 'file');
  for (const suffix of ['', '.pub']) await writeFile(`${file}${suffix}`, '');
  const home = await mkdtemp(join(folder, 'home-'));
  const account = {name: 'nobody', uid: 65_534, gid: 65_534, prefix: []};
  await layOut(
    {program: 'limactl', account, home, qemu: [], runId: 'run'},
    {
      image: file,
      kernel: file,
      initrd: file,
      identity: file,
      shape: {acceleration: 'tcg', cpus: 1, memoryMiB: 1024},
    },
  );
  const paths = await readdir(home, {recursive: true});
  expect(paths).toContain('machine.yaml');
  const owners = await Promise.all(paths.map(async (path) => (await stat(join(home, path))).uid));
  expect(new Set(owners)).toEqual(new Set([account.uid]));
});
