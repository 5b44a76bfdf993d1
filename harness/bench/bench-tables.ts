import {formatDuration} from '../report/terminal/duration.ts';
import type {BenchRecord} from './bench-record.ts';
import type {Estimate} from './estimate.ts';
import type {GrowthPoint} from './growth.ts';

/** A table of words, for a terminal or a page. */
export interface BenchTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What was measured, as tables: medians, each with the interval that it is in with a probability of 95 %. */
export const benchTables = (record: BenchRecord): BenchTable[] => [
  stepsTable(record),
  runTable(record),
  ...(record.growth === undefined
    ? []
    : [
        growthTable('more cells of one kind', record.growth.byCells),
        growthTable('more runtime sets at once', record.growth.bySets),
      ]),
];

/** Where and how, in one line. */
export const benchHead = ({host, provider, runtimeSet, rounds}: BenchRecord): string =>
  `${provider}, ${runtimeSet}, ${rounds} rounds, ${host.processors} processors, kernel ${host.kernel}, load ${host.load.toFixed(1)} at the start`;

const stepsTable = ({cells}: BenchRecord): BenchTable => {
  const hasBats = cells.some(({bats}) => bats !== undefined);
  return {
    title: 'the same steps in one machine',
    head: ['', 'shell script', 'tool', 'tool / script', ...(hasBats ? ['bats', 'bats / script'] : []), 'cell of a run'],
    rows: cells.map(({level, network, script, tool, bats, cell}) => [
      `${level} ${network}`,
      text(script),
      text(tool),
      ratio(tool, script),
      ...(hasBats ? [bats ? text(bats) : '', bats ? ratio(bats, script) : ''] : []),
      text(cell),
    ]),
  };
};

const runTable = ({run}: BenchRecord): BenchTable => {
  const longest = Math.max(run.total.median, 1);
  const bar = ({median}: Estimate): string => '█'.repeat(Math.max(1, Math.round((BAR_WIDTH * median) / longest)));
  return {
    title: `a whole run of the scenario, ${run.cellCount} cells, from the start of the process to its end; the tool itself computed for ${formatDuration(run.own.median)}, with at most ${mebibytes(run.peakBytes)} resident`,
    head: ['part', 'time', ''],
    rows: (
      [
        ['start-up', run.startUp],
        ['machine', run.machine],
        ['cells', run.cells],
        ['rest', run.rest],
        ['total', run.total],
      ] as const
    ).map(([part, time]) => [part, text(time), bar(time)]),
  };
};

const growthTable = (title: string, points: readonly GrowthPoint[]): BenchTable => {
  const [least] = points;
  return {
    title,
    head: [
      'cells',
      'runtime sets',
      'total',
      `/ ${least?.cells ?? 0} cells`,
      'each further cell',
      'processors in use',
      'computed by the tool',
      'resident',
    ],
    rows: points.map((point) => [
      String(point.cells),
      point.runtimeSets.join(', '),
      text(point.total),
      least === undefined ? '' : ratio(point.total, least.total),
      least === undefined || point.cells === least.cells
        ? ''
        : formatDuration((point.total.median - least.total.median) / (point.cells - least.cells)),
      point.processorsInUse.toFixed(2),
      formatDuration(point.own.median),
      mebibytes(point.peakBytes),
    ]),
  };
};

const BAR_WIDTH = 40;

const ratio = (one: Estimate, other: Estimate): string => (one.median / other.median).toFixed(2);

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

const text = ({median, low, high, samples}: Estimate): string =>
  samples === 1
    ? formatDuration(median)
    : `${formatDuration(median)} (${formatDuration(low)} to ${formatDuration(high)})`;
