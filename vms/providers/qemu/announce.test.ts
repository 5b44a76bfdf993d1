import {expect, test} from 'vitest';
import {overdue} from '../../command.ts';
import {MachineError} from '../../errors.ts';
import {ofAnnouncement} from './announce.ts';

test('an announcement that does not end is the fault of the machine', () => {
  const error = ofAnnouncement(overdue(['perl'], 60_000, 'Waiting'), '192.168.10.1', 60_000);
  expect(error).toBeInstanceOf(MachineError);
  expect(error).toMatchObject({
    message: 'Cannot tell QEMU of "192.168.10.1": no end within 60 s',
    command: ['perl'],
    seen: 'still running, having said: Waiting',
  });
});

test('a connection that is lost stays what it is', () => {
  const lost = new MachineError('Cannot run "perl": the connection to the machine is lost');
  expect(ofAnnouncement(lost, '192.168.10.1', 60_000)).toBe(lost);
});
