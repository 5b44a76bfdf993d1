import type {CellRecord, StepRecord} from '../report/run-record.ts';

/** The parts of a cell's time, in their order, with their names for people. */
export const PHASES = {
  before: 'list what the machine holds',
  start: 'start the workload',
  probe: 'probe',
  observe: 'look at what was built',
  check: 'the scenario’s own checks',
  remove: 'remove',
  residue: 'prove that nothing is left',
} as const;

export type Phase = keyof typeof PHASES;

/** Titles of steps that the harness itself gives: `run/worker/` has them. */
const BY_TITLE: Readonly<Record<string, Phase>> = {
  'list what the machine holds': 'before',
  'probe from every vantage': 'probe',
  'look at what was built': 'observe',
  'run commands beside it': 'observe',
  'watch its end': 'observe',
  'judge the truth table': 'check',
  'remove what was made': 'remove',
  'check that nothing is left': 'residue',
};

/** Milliseconds of each phase. Steps within steps count once; those of the level come before the probes, those of the scenario after. */
export const phasesOf = ({steps}: Pick<CellRecord, 'steps'>): ReadonlyMap<Phase, number> => {
  const phases = new Map<Phase, number>();
  let unnamed: Phase = 'start';
  let until = -Infinity;
  for (const step of steps.toSorted(byStart)) {
    if (endOf(step) <= until) {
      continue; // Part of the one before.
    }
    until = endOf(step);
    const named = BY_TITLE[step.title];
    if (named === 'probe') {
      unnamed = 'check';
    }
    const phase = named ?? unnamed;
    phases.set(phase, (phases.get(phase) ?? 0) + step.durationMs);
  }
  return phases;
};

const endOf = ({startedMs, durationMs}: StepRecord): number => startedMs + durationMs;

/** By start; of two that started together the longer one is around the other. */
const byStart = (one: StepRecord, other: StepRecord): number =>
  one.startedMs - other.startedMs || other.durationMs - one.durationMs;
