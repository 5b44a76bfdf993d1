import {median} from 'simple-statistics';
import type {Measurement} from '../observe/fact.ts';
import type {CellPair, CellRuns} from './cell-pair.ts';
import type {CellDifference, Samples} from './difference.ts';
import {differentOnes, type HostFactor} from './measurement-judgement.ts';

/**
 * Compares the times and sizes of all cells. A measurement that only one of the runs has is not compared. `slowness`: how many times longer
 * their machines take for everything, at the most.
 */
export const compareMeasurements = (pairs: readonly CellPair[], slowness: number): CellDifference[] => {
  const measured = pairs.flatMap((pair) => [...samplesOf(pair)].map(([name, samples]) => ({pair, name, samples})));
  const hostFactor = hostFactorOf(pairs);
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
 * How much slower the host was during the new run: up to the median over all steps that the tool takes without a runtime. One that became
 * slower does not show in them, a host with more to do does. It excuses and never accuses: no host makes a difference of what takes as long as before.
 */
const hostFactorOf = (pairs: readonly CellPair[]): HostFactor => {
  const steps = pairs.flatMap((pair) => {
    const [old, recent] = [stepTimes(pair.old, isWithoutRuntime), stepTimes(pair.new, isWithoutRuntime)];
    return [...old].flatMap(([title, times]) => {
      const others = recent.get(title) ?? [0];
      const [before, after] = [median([...times]), median([...others])];
      const samples = Math.min(times.length, others.length);
      return Math.min(before, after) < SHORTEST_MS ? [] : [{ratio: after / before, samples}];
    });
  });
  if (steps.reduce((sum, {samples}) => sum + samples, 0) < FEWEST_SAMPLES) {
    return ANY_HOST;
  }
  const factor = median(steps.map(({ratio}) => ratio));
  return {
    least: Math.max(ANY_HOST.least, Math.min(1, factor)),
    most: Math.min(ANY_HOST.most, Math.max(1, factor)),
  };
};

/** As far apart as hosts are taken to be: where too little is known of them, that much is left to them. */
const ANY_HOST: HostFactor = {least: 0.25, most: 4};

/** The median of fewer is one of them, which may have been held up by itself. */
const FEWEST_SAMPLES = 3;

/** What takes less is the start of one process, which a host with more to do may not slow at all. */
const SHORTEST_MS = 20;

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

const valuesOf = (runs: CellRuns): ReadonlyMap<string, Values> => {
  const all = new Map<string, Values>();
  for (const [title, times] of stepTimes(runs, (each) => !isOfTheTool(each))) {
    all.set(`time.${title}`, {values: [...times], unit: 'ms'});
  }
  for (const {measurements} of runs.observations) {
    for (const [name, {value, unit}] of Object.entries(measurements)) {
      const known = all.get(name) ?? {values: [], unit};
      known.values.push(value);
      all.set(name, known);
    }
  }
  return all;
};

/** How long the steps of a cell took, in each repetition, by what they are called. */
const stepTimes = ({cells}: CellRuns, isMeant: (title: string) => boolean): ReadonlyMap<string, readonly number[]> => {
  const all = new Map<string, number[]>();
  for (const {steps} of cells) {
    const meant = steps.filter(({status, title}) => status === 'passed' && isMeant(title));
    for (const [name, same] of Map.groupBy(meant, ({title}) => nameOf(title))) {
      const time = same.reduce((sum, {durationMs}) => sum + durationMs, 0);
      all.set(name, [...(all.get(name) ?? []), time]);
    }
  }
  return all;
};

/** Every level has its own word for it. */
const nameOf = (title: string): string => (/^(start|run) the (container|bundle)$/.test(title) ? 'start' : title);

/**
 * What the tool does alone, such as laying a network with ip(8) and reading what was built: how long that takes the host alone decides. Listing
 * what the machine holds is none of it: dockerd and containerd answer for what they hold.
 */
const isWithoutRuntime = (title: string): boolean =>
  /^(look at what was built$|make a (network|veth)|give it|set (its|the)|route |configure a CNI|edit the spec)/.test(
    title,
  );

/**
 * What the tool does for itself: how long that takes is no property of a runtime. That is what it does alone; probing, which waits a multiple
 * of the slowest answer before it believes a silence; and what it asks of a runtime besides. Nor are the single commands of a scenario (`$ …`)
 * compared: its steps are.
 */
const isOfTheTool = (title: string): boolean =>
  isWithoutRuntime(title) ||
  /^(\$ |list what|check that nothing|look at|run commands beside|watch its end|observe|probe|add a neighbour|pull)/.test(
    title,
  );
