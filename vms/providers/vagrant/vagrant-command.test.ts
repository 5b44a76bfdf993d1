import {expect, test} from 'vitest';
import {overdue} from '../../command.ts';
import {MachineError} from '../../errors.ts';
import {ofVagrant} from './vagrant-command.ts';

test('a Vagrant that does not end is the fault of the machine, and what it was to do is said', () => {
  const error = ofVagrant(overdue(['vagrant', 'up'], 240_000, 'Waiting'), 'keep the machine as "ready"', 240_000);
  expect(error).toBeInstanceOf(MachineError);
  expect(error).toMatchObject({
    message: 'Cannot keep the machine as "ready": vagrant has not ended within 240 s',
    command: ['vagrant', 'up'],
    seen: 'still running, having said: Waiting',
  });
});

test('a wish of the caller stays what it is', () => {
  const interrupted = new Error('interrupted');
  expect(ofVagrant(interrupted, 'keep the machine', 1000)).toBe(interrupted);
});
