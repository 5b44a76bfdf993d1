import Table from 'cli-table3';
import {formatDuration} from '../report/terminal/duration.ts';
import {ruleOnly} from '../report/terminal/rule-only.ts';
import type {BenchRecord} from './bench-record.ts';
import type {Estimate} from './estimate.ts';

/** What was measured, for a person: medians, each with the interval that it is in with a probability of 95 %. */
export const benchLines = ({host, provider, runtimeSet, rounds, cells, run}: BenchRecord): string[] => {
  const steps = new Table({
    head: ['', 'shell script', 'tool, same steps', 'tool / script', 'cell of a run'],
    chars: ruleOnly,
    style: {head: [], border: [], compact: true},
  });
  for (const {level, network, script, tool, cell} of cells) {
    const ratio = tool.median / script.median;
    steps.push([`${level} ${network}`, text(script), text(tool), ratio.toFixed(2), text(cell)]);
  }
  const longest = Math.max(run.total.median, 1);
  const bar = ({median}: Estimate): string => '█'.repeat(Math.max(1, Math.round((BAR_WIDTH * median) / longest)));
  const parts = new Table({chars: ruleOnly, style: {head: [], border: [], compact: true}});
  for (const part of ['machine', 'cells', 'rest', 'total'] as const) {
    parts.push([part, text(run[part]), bar(run[part])]);
  }
  return [
    `${provider}, ${runtimeSet}, ${rounds} rounds, ${host.processors} processors, load ${host.load.toFixed(1)} at the start`,
    '',
    steps.toString(),
    '',
    `a whole run of the scenario, ${run.cellCount} cells, from the start of the process to its end`,
    parts.toString(),
    '',
    `largest resident set of the tool: ${Math.round(run.peakBytes / 1024 / 1024)} MiB`,
  ];
};

const BAR_WIDTH = 40;

const text = ({median, low, high}: Estimate): string =>
  `${formatDuration(median)} (${formatDuration(low)} to ${formatDuration(high)})`;
