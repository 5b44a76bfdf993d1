import {expect, test} from 'vitest';
import type {ExecResult} from '../../vms/machine.ts';
import {observeEnding, type EndingContext} from './ending.ts';

/** The context of a workload whose init is there or not, with what was run in its machine. */
const contextOf = ({isThere}: {readonly isThere: boolean}) => {
  const run: string[] = [];
  const exec = ([file = '', verb = '']: readonly string[]): Promise<Partial<ExecResult>> => {
    run.push(file === 'docker' ? `docker ${verb}` : file);
    return Promise.resolve({exitCode: file === 'docker' || isThere ? 0 : 1, stdout: '', stderr: '', durationMs: 1});
  };
  const states = isThere ? ['running', 'stopped', 'running'] : ['stopped'];
  const context = {
    machine: {traits: {slowness: 1}, exec},
    level: 'docker',
    running: {
      name: 'it',
      pid: 7,
      state: async () => states.shift(),
      logs: async () => 'last words\n',
      waitForExit: async () => 0,
    },
    signal: new AbortController().signal,
  } as unknown as EndingContext;
  return {context, run};
};

test('a workload that runs is stopped, and started again', async () => {
  const {facts} = await observeEnding(contextOf({isThere: true}).context);
  expect(facts).toMatchObject({
    'lifecycle.state': ['running', 'stopped', 'running'],
    'lifecycle.stop.exitCode': 0,
    'lifecycle.startAgain': 0,
  });
});

test('one that has ended before is not taken for stopped, nor brought back', async () => {
  const {context, run} = contextOf({isThere: false});
  await expect(observeEnding(context)).rejects.toMatchObject({
    failureClass: 'workload',
    message: 'Cannot watch the end of "it": the workload has ended, having said: last words',
    seen: 'its runtime calls it "stopped", and the workload\'s init is gone',
  });
  expect(run).not.toContain('docker stop');
  expect(run).not.toContain('docker start');
});
