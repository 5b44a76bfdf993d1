import Table from 'cli-table3';
import {comparisonLines} from '../compare/comparison-lines.ts';
import type {Comparison} from '../compare/comparison.ts';
import {counted} from '../report/counted.ts';
import {formatDuration} from '../report/terminal/duration.ts';
import {failureLines} from '../report/terminal/failure-lines.ts';
import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';
import {ruleOnly} from '../report/terminal/rule-only.ts';
import {repeatLines} from './repeat-lines.ts';
import type {TargetRecord, UpgradedWorkloadRecord, UpgradePassRecord, UpgradeRecord} from './upgrade-record.ts';

/** An upgrade for a person: what was unreachable and for how long, what survived, and what the upgraded machine does otherwise. */
export const upgradeLines = (
  record: UpgradeRecord,
  comparison: Comparison | undefined,
  folder: string,
  paint: Paint,
): string[] => {
  const repeated = repeatLines(record.passes, record.intervalMs, paint);
  return [
    '',
    ...record.passes.flatMap((pass) => [...passLines(pass, record, paint), '']),
    ...(repeated.length > 0 ? repeated : singleLines(record.passes, paint)),
    ...(comparison === undefined ? [] : [...comparisonLines(comparison, paint), '']),
    ...record.failures.flatMap((failure) => [...failureLines(failure, paint, {folder}), '']),
    paint(
      'quiet',
      `${formatDuration(record.durationMs)}${record.exitCode === 0 ? '' : `, exit code ${record.exitCode}`}, report in ${printable(folder)}`,
    ),
  ];
};

/** What the error of an outage is, where nothing is known of how upgrades differ. */
const singleLines = (passes: readonly UpgradePassRecord[], paint: Paint): string[] => {
  const wasOut = passes.some(({workloads}) => workloads.some(({targets}) => targets.some(({gaps}) => gaps.length > 0)));
  return wasOut
    ? [
        paint(
          'quiet',
          '± says how exactly this upgrade was measured; others differ by more, --repeat 5 says by how much',
        ),
        '',
      ]
    : [];
};

/** One machine: its phases, and a row for each place from which a workload was asked. */
export const passLines = (
  pass: UpgradePassRecord,
  {intervalMs}: Pick<UpgradeRecord, 'intervalMs'>,
  paint: Paint,
): string[] => {
  const table = new Table({
    chars: ruleOnly,
    style: {head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2},
    head: [
      `live-restore ${pass.liveRestore ? 'on' : 'off'}`,
      'asked from',
      'no answer for',
      'failed',
      'process',
      'parent',
    ].map((text, index) => paint(index === 0 ? 'strong' : 'quiet', text)),
  });
  table.push(...pass.workloads.flatMap((workload) => rowsOf(workload, intervalMs, paint)));
  const [head = '', rule = '', ...rows] = table.toString().split('\n');
  return [
    versionLine(pass),
    paint('quiet', pass.phases.map(({title, fromMs, toMs}) => `${title} ${formatDuration(toMs - fromMs)}`).join(' · ')),
    '',
    head.trimEnd(),
    paint('quiet', rule.trimEnd()),
    ...rows.map((row) => row.trimEnd()),
    ...pass.workloads.flatMap((workload) => inheritanceLines(workload, paint)),
    ...pass.workloads.flatMap(({title, problems}) =>
      problems.map((problem) => paint('bad', printable(`${title}: ${problem}`))),
    ),
    ...pass.lost.map((sentence) => paint('bad', printable(sentence))),
  ];
};

/** Facts that a survivor has from the old versions, the first few with their values. */
const inheritanceLines = ({title, inherited}: UpgradedWorkloadRecord, paint: Paint): string[] => {
  if (inherited.length === 0) {
    return [];
  }
  const more = inherited.length - SHOWN_FACTS;
  return [
    paint(
      'quiet',
      `${printable(title)} keeps ${counted(inherited.length, 'fact')} of the old versions until it is made anew:`,
    ),
    ...inherited.slice(0, SHOWN_FACTS).map(({fact, change}) => `  ${printable(fact)}  ${printable(change, 100)}`),
    ...(more > 0 ? [paint('quiet', `  and ${more} more in upgrade.json`)] : []),
  ];
};

const SHOWN_FACTS = 5;

const versionLine = ({before, after}: UpgradePassRecord): string =>
  Object.entries(after)
    .map(([component, version]) =>
      before[component] === version
        ? `${component} ${printable(version)}`
        : `${component} ${printable(before[component] ?? '')} -> ${printable(version)}`,
    )
    .join(' · ');

const rowsOf = (workload: UpgradedWorkloadRecord, intervalMs: number, paint: Paint): string[][] =>
  workload.targets.map((target, index) => {
    const own = index === 0 ? [printable(workload.title), processText(workload), parentText(workload)] : ['', '', ''];
    const [title = '', process = '', parent = ''] = own;
    return [
      title,
      target.vantage,
      outageText(target, workload, intervalMs, paint),
      `${target.failed}/${target.probes}`,
      process,
      printable(parent),
    ];
  });

const outageText = (
  {ending, gaps, longestMs, longestErrorMs, totalMs, totalErrorMs}: TargetRecord,
  {expected}: UpgradedWorkloadRecord,
  intervalMs: number,
  paint: Paint,
): string => {
  if (ending === 'down') {
    return expected === 'stays down' ? paint('warning', 'down, as its policy has it') : paint('bad', 'never came back');
  }
  if (ending === 'unsteady') {
    return paint('bad', 'no steady answer');
  }
  if (gaps.length === 0) {
    return paint('good', `less than ${intervalMs} ms`);
  }
  const longest = `${longestMs} ± ${longestErrorMs} ms`;
  return gaps.length === 1 ? longest : `${longest}, all ${gaps.length}: ${totalMs} ± ${totalErrorMs} ms`;
};

const processText = ({survived, after, restarts, status}: UpgradedWorkloadRecord): string => {
  if (survived) {
    return 'the same';
  }
  return after === undefined ? printable(status ?? 'unknown') : `another, ${counted(restarts, 'restart')}`;
};

const parentText = ({parent}: UpgradedWorkloadRecord): string => {
  if (parent === undefined) {
    return '';
  }
  const {process, isShim, isReplaced, fate} = parent;
  return isShim
    ? `shim, ${fate}${isReplaced ? ', program replaced' : ''}`
    : `${process.command}${fate === 'orphaned' ? ', orphaned' : ''}`;
};
