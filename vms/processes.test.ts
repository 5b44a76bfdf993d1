import {expect, test} from 'vitest';
import {MachineError} from './errors.ts';
import {identify, untilGone} from './processes.ts';

test('a process that does not end is given up', async () => {
  const waiting = untilGone(await identify(process.pid), 20);
  await expect(waiting).rejects.toThrow(new MachineError(`Cannot end process ${process.pid}: it is still there`));
});
