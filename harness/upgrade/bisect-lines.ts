import {bundleDifferences} from '../compare/difference-bundle.ts';
import {differenceText} from '../compare/value-text.ts';
import {counted} from '../report/counted.ts';
import {failureLines} from '../report/terminal/failure-lines.ts';
import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';
import type {BisectRecord} from './bisect-run.ts';
import type {Culprit} from './bisection.ts';
import {components} from './component.ts';

/** A bisection for a person: each component with the differences it brings. */
export const bisectLines = (
  {from, to, steps, unknown, differences, failures}: BisectRecord,
  paint: Paint,
): string[] => {
  const byCulprit = Map.groupBy(differences, ({culprits}) => culprits.join(' and '));
  const order: readonly string[] = ORDER;
  const sets = `${printable(from)} and ${printable(to)}`;
  const groups = [...byCulprit].toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other));
  return [
    '',
    ...groups.flatMap(([culprit, some]) => [
      `${paint('strong', titleOf(culprit))}  ${paint('quiet', `${some.length} of ${differences.length}`)}`,
      ...bundleDifferences(some.map(({difference}) => difference)).map(({title, differences: bundled}) => {
        const text = bundled.length === 1 ? differenceText(bundled[0]) : `${bundled.length} facts ${bundled[0].kind}`;
        return `  ${printable(title)}  ${printable(text)}  ${paint('quiet', printable(bundled[0].scope, Infinity))}`;
      }),
      '',
    ]),
    ...dragged(steps).map((sentence) => paint('warning', sentence)),
    ...unknown.map((suspect) => paint('warning', `What ${suspect} brings by itself is unknown: its step failed`)),
    ...failures.flatMap((failure) => failureLines(failure, paint)),
    differences.length > 0
      ? `${counted(differences.length, 'difference')} between ${sets}`
      : failures.length > 0
        ? `No difference seen between ${sets}`
        : `${paint('good', '✓')} No difference between ${sets}`,
  ];
};

const ORDER: readonly Culprit[] = [...components, 'kernel', 'together', 'distribution', 'unknown'];

const titleOf = (culprit: string): string =>
  ({
    together: 'only all components together',
    distribution: 'none of them: the rest of the distribution',
    unknown: 'unknown: a step or a cell that could have told failed',
  })[culprit] ?? culprit;

/** Upgrades that took other components along, as sentences; the last step is all of them. */
const dragged = (steps: BisectRecord['steps']): string[] =>
  steps
    .slice(0, -1)
    .flatMap((changed, index) =>
      changed.length > 1 ? [`The package of ${components[index]} was upgraded with ${changed.join(', ')}`] : [],
    );
