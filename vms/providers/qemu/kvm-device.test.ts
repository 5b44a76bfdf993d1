import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {kvmIdentity, kvmObstacle} from './kvm-device.ts';

const device = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'kvm-test-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  await writeFile(join(folder, 'kvm'), '');
  return join(folder, 'kvm');
};

test('a device that is missing or closed is an obstacle as long as it is so', async () => {
  const path = await device();
  expect(await kvmObstacle(path)).toBeUndefined();
  await rm(path);
  expect(await kvmObstacle(path)).toBe(`there is no ${path}`);
  expect(await kvmObstacle('/dev/null/kvm')).toBe("/dev/null/kvm can't be opened (ENOTDIR)");
});

test('a device whose permissions change, or that is made again, is another one', async () => {
  const path = await device();
  const seen = [await kvmIdentity(path)];
  expect(await kvmIdentity(path)).toBe(seen[0]);
  await chmod(path, 0o660);
  seen.push(await kvmIdentity(path));
  await rm(path);
  seen.push(await kvmIdentity(path));
  await writeFile(path, '');
  seen.push(await kvmIdentity(path));
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen[2]).toBe('');
});
