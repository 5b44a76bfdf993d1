import {expect, test} from 'vitest';
import {HostError, MachineError} from '../../errors.ts';
import {answered} from './deadlines.ts';

test('a deadline that passes says what was not done and who has not answered', async () => {
  const never = answered('restore the machine to "before"', 'Lima', async () => {
    throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  });
  const expected = new MachineError('Cannot restore the machine to "before": no answer from Lima in time');
  await expect(never).rejects.toThrow(expected);
});

test('what explains itself, a wish of the caller and an answer stay as they are', async () => {
  for (const error of [new HostError('Cannot use Lima'), new DOMException('interrupted', 'AbortError')]) {
    const failed = answered('restore', 'Lima', async () => {
      throw error;
    });
    await expect(failed).rejects.toBe(error);
  }
  expect(await answered('restore', 'Lima', async () => 'done')).toBe('done');
});
