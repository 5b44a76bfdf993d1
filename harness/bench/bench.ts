import {cpus, loadavg, release as kernelRelease} from 'node:os';
import {join} from 'node:path';
import {sum} from 'simple-statistics';
import {bake} from '../../vms/image/bake.ts';
import {Ledger} from '../../vms/ledger/ledger.ts';
import type {Machine, Provider} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {stateFolder} from '../../vms/state.ts';
import {pointTestcontainersAt} from '../levels/docker-engine.ts';
import type {CellRecord, StepRecord} from '../report/run-record.ts';
import type {LoadedScenario} from '../scenario/load.ts';
import type {ScenarioCell} from '../scenario/definition.ts';
import type {BenchRecord, CellTimes, RunTimes} from './bench-record.ts';
import {findBats, NO_BATS} from './bats.ts';
import {contestCell} from './cell-contest.ts';
import {estimate} from './estimate.ts';
import {measureGrowth} from './growth.ts';
import {runWhole, type WholeRun} from './whole-runs.ts';

/** What is measured, and on what. */
export interface BenchOptions {
  readonly id: string;
  readonly scenario: LoadedScenario;
  readonly provider: Provider;
  readonly runtimeSet: RuntimeSet;
  /** How often everything is done, beside a round that does not count. */
  readonly rounds: number;
  /** Also what more cells cost, and these runtime sets at once. */
  readonly growth: readonly RuntimeSet[] | undefined;
  /** Told what is being measured, and what has to be made before. */
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** Measures the tool against a shell script that does the same, and a whole run by its parts. */
export const bench = async (options: BenchOptions): Promise<BenchRecord> => {
  const {provider, runtimeSet, rounds, scenario} = options;
  const host = {processors: cpus().length, load: loadavg()[0] ?? Number.NaN, kernel: kernelRelease()};
  await using place = await startPlace(options);
  const bats = await findBats();
  if (bats === undefined) {
    options.say(NO_BATS);
  }
  const contests = [];
  for (const cell of scenario.cells) {
    options.say(
      `${cell.level} ${cell.network}: a shell script, the tool${bats ? ' and bats' : ''}, ${rounds} times each`,
    );
    contests.push({cell, times: await contestCell(scenario, cell, {...place, signal: options.signal, bats}, rounds)});
  }
  options.say(`whole runs, ${rounds} times`);
  const runs = await wholeRuns(options, place.scratch);
  const growth =
    options.growth &&
    (await measureGrowth({
      ...options,
      file: scenario.file,
      provider: provider.name,
      runtimeSets: options.growth.map(({name}) => name),
      reports: join(place.scratch, 'reports'),
    }));
  return {
    host,
    provider: provider.name,
    runtimeSet: runtimeSet.name,
    rounds,
    cells: contests.map(({cell, times}): CellTimes => ({
      level: cell.level,
      network: cell.network,
      script: estimate(times.script),
      tool: estimate(times.tool),
      ...(times.bats.length > 0 && {bats: estimate(times.bats)}),
      cell: estimate(runs.flatMap(({record}) => record.cells.filter((one) => isOf(one, cell)).map(durationOf))),
    })),
    run: runTimes(runs),
    ...(growth && {growth}),
  };
};

const isOf = (record: CellRecord, {level, network}: ScenarioCell): boolean =>
  record.level === level && record.network === network;

interface Place extends AsyncDisposable {
  readonly machine: Machine;
  readonly scratch: string;
}

/** A machine as cells find it, with the images in its stores. */
const startPlace = async ({id, scenario, provider, runtimeSet, say, signal}: BenchOptions): Promise<Place> => {
  await using undo = new AsyncDisposableStack();
  const recipes = [scenario.workload.image];
  const context = {signal, report: () => {}};
  say('start a machine');
  const image = undo.use(await bake(runtimeSet, recipes, context));
  const ledger = undo.use(await Ledger.start(id));
  await provider.prepare?.({image, files: []}, context);
  const folder = stateFolder('runs', id);
  const spec = {id: `${id}-1`, runId: id, image, folder, files: [], ledger};
  const machine = undo.use(await provider.start(spec, signal));
  await pointTestcontainersAt({machine, scratch: folder});
  const release = undo.move();
  return {machine, scratch: folder, [Symbol.asyncDispose]: async () => release.disposeAsync()};
};

/** The first one warms up and does not count. */
const wholeRuns = async (options: BenchOptions, scratch: string): Promise<readonly WholeRun[]> => {
  const {scenario, provider, runtimeSet, rounds, signal} = options;
  const argv = [scenario.file, '--grep', scenario.title, '--machine', provider.name, '--runtime', runtimeSet.name];
  const runs = [];
  for (let round = 0; round <= rounds; round += 1) {
    runs.push(await runWhole(argv, join(scratch, 'reports'), signal));
  }
  return runs.slice(1);
};

const runTimes = (runs: readonly WholeRun[]): RunTimes => {
  const parts = runs.map(({record, totalMs, startUpMs}) => {
    const machine = sum(record.machines.map(({steps}) => spanOf(steps)));
    const cells = sum(record.cells.map(durationOf));
    return {total: totalMs, startUp: startUpMs, machine, cells, rest: totalMs - startUpMs - machine - cells};
  });
  const of = (key: keyof (typeof parts)[number]) => estimate(parts.map((part) => part[key]));
  return {
    cellCount: runs[0]?.record.cells.length ?? 0,
    total: of('total'),
    machine: of('machine'),
    cells: of('cells'),
    startUp: of('startUp'),
    rest: of('rest'),
    own: estimate(runs.map(({ownMs}) => ownMs)),
    peakBytes: Math.max(...runs.map(({peakBytes}) => peakBytes)),
  };
};

const durationOf = ({durationMs}: CellRecord): number => durationMs;

/** How long steps took that go on side by side: each moment counts once. */
const spanOf = (steps: readonly StepRecord[]): number => {
  let covered = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const {startedMs, durationMs} of [...steps].sort((one, other) => one.startedMs - other.startedMs)) {
    covered += Math.max(0, startedMs + durationMs - Math.max(end, startedMs));
    end = Math.max(end, startedMs + durationMs);
  }
  return covered;
};
