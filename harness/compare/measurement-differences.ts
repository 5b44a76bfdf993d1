import {median} from 'simple-statistics';
import type {Measurement} from '../observe/fact.ts';
import type {CellPair, CellRuns} from './cell-pair.ts';
import type {CellDifference, Samples} from './difference.ts';
import {differentOnes} from './measurement-judgement.ts';

/**
 * Compares the times and sizes of all cells. A measurement that only one of the runs has is not compared. `slowness`: how many times longer
 * their machines take for everything, at the most.
 */
export const compareMeasurements = (pairs: readonly CellPair[], slowness: number): CellDifference[] => {
  const measured = pairs.flatMap((pair) => [...samplesOf(pair)].map(([name, samples]) => ({pair, name, samples})));
  const hostFactor = hostFactorOf(measured.map(({samples}) => samples));
  return [...Map.groupBy(measured, ({name}) => name)].flatMap(([name, same]) => {
    const patience = patienceWith(name);
    const different = differentOnes(
      same.map(({pair, samples}) => ({
        samples,
        level: pair.level,
        hostFactor,
        patience,
        slowness,
        isOfRuntime: ALONE.test(name),
      })),
    );
    return same.flatMap(({pair}, index): CellDifference[] => {
      const samples = different[index];
      const {scenario, level, network} = pair;
      if (samples === undefined) {
        return [];
      }
      const sets = {old: pair.old.runtimeSet, new: pair.new.runtimeSet};
      const [before, after] = [median([...samples.old]), median([...samples.new])];
      return [
        {
          fact: name,
          kind: 'changed',
          cell: {scenario, level, network},
          sets,
          old: before,
          new: after,
          samples,
        },
      ];
    });
  });
};

/** Names of what was measured in a cell, in both runs. */
export const measurementNames = (pair: CellPair): string[] => [...samplesOf(pair).keys()];

/**
 * How much slower the host was during the new run: the median over all steps of all cells. A runtime that became slower shows in
 * a few kinds of steps; a host with more to do shows in all of them. 1 when there are too few steps to tell.
 */
const hostFactorOf = (samples: readonly Samples[]): number => {
  const ratios = samples
    .filter(({unit, old, new: recent}) => unit === 'ms' && median([...old]) >= 20 && median([...recent]) >= 20)
    .map(({old, new: recent}) => median([...recent]) / median([...old]));
  return ratios.length < 8 ? 1 : Math.min(4, Math.max(0.25, median(ratios)));
};

/** Steps in which a runtime does something, in every scenario. */
const OF_RUNTIMES =
  /^time\.(start|exec|stop|startAgain|remove what was made|write a default spec|create a container to export|export its file system)$/;

/** Those in which nothing else does. */
const ALONE = /^time\.(start|exec|stop|startAgain)$/;

const patienceWith = (name: string): number => {
  if (/^memory\.(dockerd|containerd)$/.test(name)) {
    // It depends on all that they did since they were started.
    return 4;
  }
  // The steps of a single scenario are in few cells, so that nothing tells what the host did meanwhile.
  return name.startsWith('time.') && !OF_RUNTIMES.test(name) ? 3 : 1;
};

const samplesOf = (pair: CellPair): ReadonlyMap<string, Samples> => {
  const [old, recent] = [valuesOf(pair.old), valuesOf(pair.new)];
  return new Map(
    [...old].flatMap(([name, {values, unit}]) => {
      const other = recent.get(name);
      return other === undefined ? [] : [[name, {old: values, new: other.values, unit}] as const];
    }),
  );
};

interface Values {
  readonly values: number[];
  readonly unit: Measurement['unit'];
}

const valuesOf = ({cells, observations}: CellRuns): ReadonlyMap<string, Values> => {
  const all = new Map<string, Values>();
  const add = (name: string, value: number, unit: Measurement['unit']): void => {
    const known = all.get(name) ?? {values: [], unit};
    known.values.push(value);
    all.set(name, known);
  };
  for (const {steps} of cells) {
    const passed = steps.filter(({status, title}) => status === 'passed' && !isOfTheTool(title));
    for (const [title, same] of Map.groupBy(passed, (step) => nameOf(step.title))) {
      add(
        `time.${title}`,
        same.reduce((sum, {durationMs}) => sum + durationMs, 0),
        'ms',
      );
    }
  }
  for (const {measurements} of observations) {
    for (const [name, {value, unit}] of Object.entries(measurements)) {
      add(name, value, unit);
    }
  }
  return all;
};

/** Every level has its own word for it. */
const nameOf = (title: string): string => (/^(start|run) the (container|bundle)$/.test(title) ? 'start' : title);

/**
 * What the tool does for itself, such as laying a network with ip(8), and probing, which waits a multiple of the slowest answer before it believes a silence: how long
 * that takes is no property of a runtime. Nor are the single commands of a scenario (`$ …`) compared: its steps are.
 */
const isOfTheTool = (title: string): boolean =>
  /^(\$ |list what|check that nothing|look at|run commands beside|watch its end|observe|probe|add a neighbour|pull|make a (network|veth)|give it|set (its|the)|route |configure a CNI|unpack|edit the spec)/.test(
    title,
  );
