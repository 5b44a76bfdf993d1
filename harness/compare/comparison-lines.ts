import {counted} from '../report/counted.ts';
import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';
import {isExplained, type Comparison, type RunSummary} from './comparison.ts';
import {bundleDifferences, type DifferenceBundle} from './difference-bundle.ts';
import {groups} from './group.ts';
import {toolNote} from './tool-note.ts';
import {differenceText} from './value-text.ts';

/** A comparison for a person: what differs by group, each with the cells, the layer and the values. */
export const comparisonLines = (comparison: Comparison, paint: Paint): string[] => {
  const {differences, changedComponents} = comparison;
  return [
    `${paint('strong', 'old')}  ${runText(comparison.old)}`,
    `${paint('strong', 'new')}  ${runText(comparison.new)}`,
    ...changedComponents.map(
      ({runtimeSet, layer, old, new: recent}) =>
        `     ${runtimeSet === undefined ? '' : `${printable(runtimeSet)}: `}${layer}: ${printable(old)} -> ${printable(recent)}`,
    ),
    '',
    ...groups.flatMap((group) => {
      const ofGroup = differences.filter((difference) => difference.group === group);
      return ofGroup.length === 0
        ? []
        : [paint('strong', group), ...bundleDifferences(ofGroup).flatMap((bundle) => bundleLines(bundle, paint)), ''];
    }),
    ...noteLines(comparison, paint),
    verdictLine(comparison, paint),
  ];
};

const SIGNS = {added: '+', removed: '-', changed: '~'} as const;

const bundleLines = ({title, differences}: DifferenceBundle, paint: Paint): string[] => {
  const [first] = differences;
  const {kind, scope, layer, because, explanations} = first;
  const text = differences.length === 1 ? differenceText(first) : `${differences.length} facts ${kind}`;
  const head = `  ${SIGNS[kind]} ${printable(title)}  ${printable(text)}`;
  return [
    explanations === undefined ? paint('warning', head) : head,
    paint('quiet', `      ${printable(scope, Infinity)} · ${layer}: ${printable(because)}`),
    ...(explanations ?? []).map(({reason, link}) =>
      paint('quiet', `      explained: ${printable(reason)} ${printable(link)}`),
    ),
  ];
};

const noteLines = (comparison: Comparison, paint: Paint): string[] => {
  const {ofHostKernel, unlikeHosts, onlyOld, onlyNew, failedOnlyOld, failedOnlyNew, unstable, expired} = comparison;
  const notes = [
    ...toolNote(comparison).map((note) => printable(note, Infinity)),
    ...(ofHostKernel.length === 0
      ? []
      : [
          `The kernel is that of a host, and another one: ${differ(ofHostKernel.length)} with it, no runtime is to blame`,
        ]),
    ...unlikeHosts.map((trait) => `The hosts differ in ${trait}: what follows that was not compared`),
    ...onlyCells('Only in the old run, not compared', onlyOld),
    ...onlyCells('Only in the new run, not compared', onlyNew),
    ...failedOnlyOld.map((what) => `The old run alone failed beside its cells: ${printable(what)}`),
    ...failedOnlyNew.map((what) => `The new run alone failed beside its cells: ${printable(what)}`),
    ...only('Varied within a run', unstable),
    ...expired.map(
      ({fact, expires, reason}) =>
        `Expired on ${expires}: the explanation of "${printable(fact)}", ${printable(reason)}`,
    ),
  ];
  return notes.length === 0 ? [] : [...notes.map((note) => paint('warning', note)), ''];
};

const differ = (facts: number): string => `${counted(facts, 'fact')} ${facts === 1 ? 'differs' : 'differ'}`;

const only = (title: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${title}: ${names.map((name) => printable(name)).join(', ')}`];

/** Most cells that are named one by one. */
const MOST_CELLS = 6;

/** A suite that has grown has many: then its scenarios are named. */
const onlyCells = (title: string, cells: readonly string[]): string[] => {
  if (cells.length <= MOST_CELLS) {
    return only(title, cells);
  }
  const scenarios = [...new Set(cells.map((cell) => cell.split(' · ')[0] ?? cell))];
  const named = scenarios.slice(0, MOST_CELLS).map((name) => `"${printable(name)}"`);
  const more = scenarios.length > named.length ? ` and ${scenarios.length - named.length} more` : '';
  return [`${title}: ${cells.length} cells of ${named.join(', ')}${more}`];
};

const verdictLine = (comparison: Comparison, paint: Paint): string => {
  const {differences, unexplained, cellsCompared, factsCompared, failedOnlyOld, failedOnlyNew} = comparison;
  const failures = failedOnlyOld.length + failedOnlyNew.length;
  const said = [
    differences.length === 0
      ? 'No difference'
      : `${counted(differences.length, 'difference')}, ${unexplained} of them unexplained`,
    ...(failures === 0 ? [] : [`${counted(failures, 'failure')} beside the cells`]),
  ].join(', ');
  const sign = isExplained(comparison) ? paint('good', '✓') : paint('bad', '✗');
  return `${sign} ${said}: ${counted(cellsCompared, 'cell')}, ${counted(factsCompared, 'fact')} compared`;
};

const runText = ({name, id, runtimeSets, startedAt}: RunSummary): string =>
  `${printable(name)}${name === id ? '' : ` (run ${printable(id)})`} · ${printable(runtimeSets.join(', '))} · ${startedAt.slice(0, 16).replace('T', ' ')}`;
