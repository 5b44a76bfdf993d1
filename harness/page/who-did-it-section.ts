import {valueText} from '../compare/value-text.ts';
import {whoDidIt, type LevelComparison, type SideBySide} from '../compare/who-did-it.ts';
import type {LoadedRun} from '../compare/loaded-run.ts';
import {cut} from '../report/terminal/printable.ts';
import {html, type Html} from './html.ts';
import {scrolling} from './page.ts';

const LEVELS = ['docker', 'ctr', 'runc'] as const;
/** Characters of a value that are shown. */
const LONGEST_VALUE = 160;

/** What docker, ctr and runc each did for the workload, for one scenario of each runtime set. `undefined` where there was one level only. `argument` names the run. */
export const whoDidItSection = (run: LoadedRun, argument: string): Html | undefined => {
  const chosen = whoDidIt({...run, observations: observationsShown(run)});
  if (chosen.length === 0) {
    return undefined;
  }
  return html`<h2 id="levels">Who did it</h2>
    <p>
      What a level does is left to whoever uses the one below. <code>npx plumbline levels ${argument}</code> has the
      same for every scenario.
    </p>
    ${chosen.map((comparison) => levelTable(comparison))}`;
};

/** Those of one scenario for each runtime set: the one that was observed at most levels, of several the first that was run. */
const observationsShown = ({record, observations}: LoadedRun): LoadedRun['observations'] => {
  const observed = record.cells.filter(({name}) => observations.has(name));
  const shown = [...Map.groupBy(observed, ({runtimeSet}) => runtimeSet).values()].flatMap((ofSet) => {
    const levels = (cells: typeof ofSet): number => new Set(cells.map(({level}) => level)).size;
    const scenarios = [...Map.groupBy(ofSet, ({scenario}) => scenario).values()];
    return scenarios.toSorted((one, other) => levels(other) - levels(one))[0] ?? [];
  });
  const names = new Set(shown.map(({name}) => name));
  return new Map([...observations].filter(([cell]) => names.has(cell)));
};

const levelsOf = ({cells}: LevelComparison) => LEVELS.filter((level) => cells[level] !== undefined);

const levelTable = (comparison: LevelComparison): Html => {
  const {scenario, runtimeSet, cells, topics, rows} = comparison;
  const levels = levelsOf(comparison);
  const heads = levels.map((level) => html`<th scope="col">${level} ${cells[level]}</th>`);
  return html`${scrolling(
      `Who did it, ${runtimeSet}`,
      html`<table>
        <caption>
          ${scenario} · ${runtimeSet}
        </caption>
        <thead>
          <tr>
            <th scope="col">the workload’s…</th>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${topics.map(
            ({question, ...answers}) =>
              html`<tr>
                <th scope="row">${question}</th>
                ${levels.map((level) => html`<td>${answers[level]}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
    <details>
      <summary>${rows.length} facts that are not the same at all levels</summary>
      ${scrolling(
        `Facts by level, ${runtimeSet}`,
        html`<table>
          <thead>
            <tr>
              <th scope="col">fact</th>
              ${heads}
              <th scope="col">brought by</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => factRow(row, levels))}
          </tbody>
        </table>`,
      )}
    </details>`;
};

const factRow = (row: SideBySide, levels: readonly (typeof LEVELS)[number][]): Html =>
  html`<tr>
    <th scope="row" class="fact">${row.fact}</th>
    ${levels.map((level) => html`<td class="fact">${row[level] === undefined ? '' : cut(valueText(row[level]), LONGEST_VALUE)}</td>`)}
    <td>${row.doer}</td>
  </tr>`;
