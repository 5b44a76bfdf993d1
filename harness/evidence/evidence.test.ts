import {expect, test} from 'vitest';
import {MachineError} from '../../vms/errors.ts';
import {gatherEvidence, type FailedCell} from './evidence.ts';

test('a failure that nobody can look into is kept as it was', async () => {
  // What a scenario throws may be anything, such as what has no text.
  const error: unknown = Object.create(null);
  expect(await gatherEvidence({error, watch: {}} as FailedCell)).toEqual({error, files: []});
});

test.for<[what: string, answer: () => Promise<unknown>, asked: readonly string[]]>([
  ['is looked into', async () => ({exitCode: 0, stdout: ''}), ['true', 'perl']],
  ['that runs nothing any more is left alone', async () => ({exitCode: undefined, signal: 'SIGKILL'}), ['true']],
  ['that is gone is left alone', () => Promise.reject(new MachineError('Cannot run "true": it is gone')), ['true']],
])('a machine that refused something and %s', async ([, answer, asked]) => {
  const seen: string[] = [];
  const exec = ([file = '']: readonly string[]) => {
    seen.push(file);
    return answer();
  };
  const watch = {machine: {traits: {slowness: 1}, exec}};
  const error = new MachineError('Cannot ask "192.168.10.1:80" for a connection: SIGKILL');
  await gatherEvidence({error, watch, reach: []} as unknown as FailedCell);
  expect(seen).toEqual(asked);
});
