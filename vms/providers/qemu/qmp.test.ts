import {expect, test} from 'vitest';
import {MachineError} from '../../errors.ts';
import {withNewQmp, withQmp} from './qmp.ts';

const SOCKET = '/nonexistent/qmp';
const nothing = async (): Promise<void> => {};

test('a QEMU that has ended is not waited for', async () => {
  const refused = withQmp(SOCKET, new AbortController().signal, nothing);
  await expect(refused).rejects.toThrow(`Cannot speak to QEMU: connect ENOENT ${SOCKET}`);
  await expect(refused).rejects.toBeInstanceOf(MachineError);
});

test('a QEMU that has just been started is waited for, up to a deadline', async () => {
  const expected = new MachineError('Cannot speak to QEMU: no answer from QEMU in time');
  await expect(withNewQmp(SOCKET, AbortSignal.timeout(20), nothing)).rejects.toThrow(expected);
});
