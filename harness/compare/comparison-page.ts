import {comparisonVerdict, differenceTables} from '../page/differences-section.ts';
import {html, type Html} from '../page/html.ts';
import {htmlPage, scrolling} from '../page/page.ts';
import type {Comparison, RunSummary} from './comparison.ts';
import {toolNote} from './tool-note.ts';

/** A comparison as one page that needs no other file: old and new side by side. */
export const comparisonPage = (comparison: Comparison): string => {
  const {old, new: recent, changedComponents, cellsCompared, factsCompared} = comparison;
  return htmlPage({
    title: `plumbline compare: ${old.name} and ${recent.name}`,
    main: html`<h1>${comparisonVerdict(comparison)}</h1>
      <p class="quiet">${cellsCompared} cells and ${factsCompared} facts compared</p>
      ${scrolling(
        'What was compared',
        html`<table>
          <caption>
            What was compared
          </caption>
          <thead>
            <tr>
              <td></td>
              <th scope="col">old</th>
              <th scope="col">new</th>
            </tr>
          </thead>
          <tbody>
            ${row('run', runText(old), runText(recent))}
            ${row('runtime set', old.runtimeSets.join(', '), recent.runtimeSets.join(', '))}
            ${changedComponents.map(({runtimeSet, layer, old: before, new: after}) =>
              row(runtimeSet === undefined ? layer : `${runtimeSet}: ${layer}`, before, after),
            )}
          </tbody>
        </table>`,
      )}
      ${differenceTables(comparison)} ${notes(comparison)}`,
  });
};

const row = (name: string, old: string, recent: string): Html =>
  html`<tr>
    <th scope="row">${name}</th>
    <td class="fact">${old}</td>
    <td class="fact">${recent}</td>
  </tr>`;

const runText = ({name, id, startedAt}: RunSummary): string => [...new Set([name, id]), startedAt].join('\n');

const notes = (comparison: Comparison): Html | undefined => {
  const {ofHostKernel, unlikeHosts, onlyOld, onlyNew, failedOnlyOld, failedOnlyNew, unstable, expired} = comparison;
  const items = [
    ...toolNote(comparison),
    ...ofHostKernel.map(({fact}) => `Follows the kernel of a host, which is another one: ${fact}`),
    ...unlikeHosts.map((trait) => `The hosts differ in ${trait}: what follows that was not compared`),
    ...onlyOld.map((cell) => `Only in the old run: ${cell}`),
    ...onlyNew.map((cell) => `Only in the new run: ${cell}`),
    ...failedOnlyOld.map((what) => `The old run alone failed beside its cells: ${what}`),
    ...failedOnlyNew.map((what) => `The new run alone failed beside its cells: ${what}`),
    ...unstable.map((fact) => `Varied within a run: ${fact}`),
    ...expired.map(({fact, expires}) => `The explanation of ${fact} expired on ${expires}`),
  ];
  return items.length === 0
    ? undefined
    : html`<h2>Notes</h2>
        <ul>
          ${items.map((item) => html`<li>${item}</li>`)}
        </ul>`;
};
