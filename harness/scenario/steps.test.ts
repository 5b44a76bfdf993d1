import {expect, test} from 'vitest';
import type {Machine} from '../../vms/machine.ts';
import type {ProgressEvent} from '../report/progress.ts';
import {commandTitle, Steps} from './steps.ts';

test('a secret that a command sets is neither in the record of its step nor in its title', async () => {
  const told: ProgressEvent[] = [];
  const steps = new Steps('cell', 0, (event) => void told.push(event));
  const argv = ['docker', 'run', '--env', 'API_TOKEN=hunter2', 'nginx'];
  const machine = {succeed: async () => 'an id'} as unknown as Machine;
  await steps.command(commandTitle(argv), machine, argv);
  expect(steps.records).toMatchObject([
    {
      title: `$ docker run --env 'API_TOKEN=<redacted>' nginx`,
      command: ['docker', 'run', '--env', 'API_TOKEN=<redacted>', 'nginx'],
    },
  ]);
  expect(JSON.stringify(told)).not.toContain('hunter2');
});
