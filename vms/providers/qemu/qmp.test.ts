import {mkdtemp, rm} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
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

test('a QEMU that says nothing is not waited for when the deadline has passed before it was connected to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'qmp-'));
  const server = createServer((socket) => void socket.on('error', () => {}));
  await new Promise<void>((resolve) => void server.listen(join(folder, 'qmp'), resolve));
  onTestFinished(async () => {
    server.close();
    await rm(folder, {recursive: true});
  });
  const passed = AbortSignal.abort(new DOMException('too late', 'TimeoutError'));
  const expected = new MachineError('Cannot speak to QEMU: no answer from QEMU in time');
  for (const speak of [withQmp, withNewQmp]) {
    await expect(speak(join(folder, 'qmp'), passed, nothing)).rejects.toThrow(expected);
  }
});
