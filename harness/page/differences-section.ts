import type {Comparison} from '../compare/comparison.ts';
import type {Difference} from '../compare/difference.ts';
import {groups} from '../compare/group.ts';
import {sizeText, valueText} from '../compare/value-text.ts';
import {counted} from '../report/counted.ts';
import {html, type Html} from './html.ts';
import {scrolling} from './page.ts';

/** What differs from the baselines, one for each runtime set that has one. `undefined` when none has. */
export const differencesSection = (comparisons: readonly Comparison[]): Html | undefined =>
  comparisons.length === 0
    ? undefined
    : html`<h2 id="differences">Differences to the baseline</h2>
        ${comparisons.map(
          (comparison) =>
            html`<h3>${comparison.old.name}</h3>
              <p>
                ${comparisonVerdict(comparison)}; ${comparison.cellsCompared} cells and ${comparison.factsCompared}
                facts compared with run ${comparison.old.id}.
              </p>
              ${differenceTables(comparison)}`,
        )}`;

/** `12 differences, 3 unexplained`. */
export const comparisonVerdict = ({differences, unexplained, failedOnlyOld, failedOnlyNew}: Comparison): string => {
  const failures = failedOnlyOld.length + failedOnlyNew.length;
  return [
    differences.length === 0
      ? 'No difference'
      : `${counted(differences.length, 'difference')}, ${unexplained} unexplained`,
    ...(failures === 0 ? [] : [`${counted(failures, 'failure')} beside the cells`]),
  ].join(', ');
};

/** A table for each group that has differences, old and new side by side. */
export const differenceTables = ({differences}: Comparison): readonly Html[] =>
  groups.flatMap((group) => {
    const ofGroup = differences.filter((one) => one.group === group);
    return ofGroup.length === 0
      ? []
      : [
          scrolling(
            group,
            html`<table>
              <caption>
                ${group}
              </caption>
              <thead>
                <tr>
                  <th scope="col">fact</th>
                  <th scope="col">old</th>
                  <th scope="col">new</th>
                </tr>
              </thead>
              <tbody>
                ${ofGroup.map((difference) => differenceRow(difference))}
              </tbody>
            </table>`,
          ),
        ];
  });

const differenceRow = (difference: Difference): Html => {
  const {fact, scope, layer, because, explanations} = difference;
  const [old, recent] = sidesOf(difference);
  const why =
    explanations === undefined
      ? html`<br /><span class="badge not-run">unexplained</span>`
      : explanations.map(
          ({reason, link}) =>
            html`<br /><small>explained: ${reason} <a href="${link}" rel="noreferrer">source</a></small>`,
        );
  return html`<tr${explanations === undefined && html` class="unexplained"`}><th scope="row"><span class="fact">${fact}</span><br><small>${scope} · ${layer}: ${because}</small>${why}</th><td class="fact">${old}</td><td class="fact">${recent}</td></tr>`;
};

const sidesOf = ({kind, old, new: recent, changes, samples}: Difference): [string, string] => {
  const [first] = samples ?? [];
  if (first !== undefined) {
    return [sizeText(Number(old), first.unit), sizeText(Number(recent), first.unit)];
  }
  if (Array.isArray(old) && Array.isArray(recent)) {
    const [gone, come] = [old.filter((item) => !recent.includes(item)), recent.filter((item) => !old.includes(item))];
    return gone.length + come.length === 0
      ? [old.join('\n'), recent.join('\n')]
      : [gone.map((item) => `- ${item}`).join('\n'), come.map((item) => `+ ${item}`).join('\n')];
  }
  if (changes.length > 1) {
    const texts = changes.join('\n');
    return kind === 'added' ? [valueText(old), texts] : [texts, valueText(recent)];
  }
  return [valueText(old), valueText(recent)];
};
