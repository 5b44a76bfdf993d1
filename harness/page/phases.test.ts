import {expect, test} from 'vitest';
import {phasesOf} from './phases.ts';

const step = (title: string, startedMs: number, durationMs: number) =>
  ({title, startedMs, durationMs, status: 'passed'}) as const;

test('steps of the level come before the probes, those of the scenario after, and steps within steps count once', () => {
  const steps = [
    step('list what the machine holds', 0, 10),
    step('make a network namespace', 10, 5),
    step('run the container', 15, 100),
    step('probe from every vantage', 115, 20),
    step('look at what was built', 135, 30),
    step('judge the truth table', 165, 1),
    step('inner', 170, 10),
    step('send SIGTERM', 168, 40),
    step('remove what was made', 210, 60),
    step('check that nothing is left', 270, 70),
  ];
  expect(Object.fromEntries(phasesOf({steps}))).toEqual({
    before: 10,
    start: 105,
    probe: 20,
    observe: 30,
    check: 41,
    remove: 60,
    residue: 70,
  });
});
