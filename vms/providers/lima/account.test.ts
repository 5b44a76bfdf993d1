import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {HostError} from '../../errors.ts';
import {verdictFor} from './account.ts';

const account = {name: 'plumbline-lima', uid: 987, gid: 987, prefix: ['setpriv']};
const accelerated = {acceleration: 'kvm', reason: 'it has booted'} as const;
let device: string;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'account-test-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  device = join(folder, 'kvm');
  await writeFile(device, '', {mode: 0o600});
});

test("a device that is root's alone is not for Lima, unless Lima runs as who has made the trial", async () => {
  expect(await verdictFor(account, accelerated, undefined, device)).toEqual({
    acceleration: 'tcg',
    reason: `${device} may be opened by root alone, and Lima runs as "plumbline-lima": the processor is emulated`,
  });
  expect(await verdictFor({...account, prefix: []}, accelerated, undefined, device)).toBe(accelerated);
});

test('what was forced is not emulated instead, and the command that mends it is said', async () => {
  const reason: unknown = await verdictFor(account, accelerated, 'kvm', device).catch((error: unknown) => error);
  expect(reason).toBeInstanceOf(HostError);
  expect((reason as HostError).message).toBe(
    `Cannot start a lima machine with kvm: ${device} may be opened by root alone, and Lima runs as "plumbline-lima"`,
  );
  expect((reason as HostError).requirements[0]?.remedy).toBe(`sudo sh -c 'chgrp kvm ${device} && chmod 660 ${device}'`);
});

test('a device that all may open is for Lima too', async () => {
  await chmod(device, 0o666);
  expect(await verdictFor(account, accelerated, 'kvm', device)).toBe(accelerated);
});
