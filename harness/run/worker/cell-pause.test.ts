import {expect, test} from 'vitest';
import type {AfterPause, PausePoint} from '../pause.ts';
import {CellPause} from './cell-pause.ts';

const pauseAt = (point: PausePoint | undefined, then: AfterPause = 'go on') => {
  const asked: string[] = [];
  const pause = new CellPause(point, (where) => {
    asked.push(where);
    return Promise.resolve(then);
  });
  return {pause, asked};
};

test('it stops before the step that was asked for, once', async () => {
  const {pause, asked} = pauseAt({cell: 'a', step: {title: 'probe', occurrence: 2}});
  for (const title of ['probe', 'start', 'probe', 'probe']) {
    await pause.beforeStep(title);
  }
  await pause.afterFailure();
  expect(asked).toEqual(['before "probe"']);
});

test('it stops where it fails when it does not come to the step', async () => {
  const {pause, asked} = pauseAt({cell: 'a', step: {title: 'never', occurrence: 1}});
  await pause.beforeStep('probe');
  await pause.afterFailure();
  expect(asked).toEqual(['where it failed']);
});

test('a cell that is left goes no further', async () => {
  const {pause} = pauseAt({cell: 'a', step: {title: 'probe', occurrence: 1}}, 'leave');
  await expect(pause.beforeStep('probe')).rejects.toThrow('Stopped before "probe", as asked');
  expect(pause.isLeft).toBe(true);
});

test('a cell that nobody wants to stop does not', async () => {
  const {pause, asked} = pauseAt(undefined);
  await pause.beforeStep('probe');
  await pause.afterFailure();
  expect(asked).toEqual([]);
});
