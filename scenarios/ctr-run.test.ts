import {expect, test, vi} from 'vitest';
import type {ScenarioContext} from '../harness/scenario/definition.ts';
import {outputOfCtrRun} from './ctr-run.ts';
import {nginx} from './workloads/nginx.ts';

const tally = vi.fn<ScenarioContext['tally']>();

const outputOf = (...results: readonly (readonly [exitCode: number, stdout: string])[]): Promise<string> => {
  const left = [...results];
  const exec = (): Promise<unknown> => {
    const [exitCode, stdout] = left.shift() ?? [];
    return Promise.resolve({exitCode, stdout, stderr: 'ctr: no such image'});
  };
  const context = {machine: {exec}, workload: nginx, runc: 'runc', tally, expect};
  return outputOfCtrRun(context as unknown as ScenarioContext, {id: 'once', flags: [], argv: ['true']});
};

test('an output that ctr run has lost is asked for again, and counted', async () => {
  expect(await outputOf([0, ''], [0, 'here\n'])).toBe('here\n');
  expect(tally).toHaveBeenLastCalledWith('lifecycle.run.outputLost', 1, 2);
});

test('one that is lost every time is a failure, not an answer', async () => {
  await expect(outputOf([0, ''], [0, ''], [0, ''])).rejects.toThrow('what it prints');
});

test('a refusal is a failure in the words of ctr', async () => {
  await expect(outputOf([1, ''])).rejects.toThrow('ctr: no such image');
});
