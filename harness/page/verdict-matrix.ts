import type {CellRecord, RunRecord} from '../report/run-record.ts';
import {formatDuration} from '../report/terminal/duration.ts';
import {anchorOf} from './anchor.ts';
import {html, type Html} from './html.ts';
import {scrolling} from './page.ts';

/** A row for each scenario, a column for each level and network mode on each runtime set. */
export const verdictMatrix = ({cells}: RunRecord): Html => {
  const sets = unique(cells.map(({runtimeSet}) => runtimeSet));
  const columns = sets.flatMap((set) =>
    unique(
      cells
        .filter(({runtimeSet}) => runtimeSet === set)
        .toSorted((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level))
        .map(({level, network}) => `${level} ${network}`),
    ).map((place) => ({set, place})),
  );
  const rows = Map.groupBy(cells, ({file, scenario}) => JSON.stringify([file, scenario]));
  return html`<h2 id="verdicts">Verdicts</h2>
    ${scrolling(
      'Verdicts',
      html`<table>
        <caption>
          What held, where, and how long it took with everything around it
        </caption>
        <thead>
          ${
            sets.length > 1 &&
            html`<tr>
              <td></td>
              ${sets.map((set) => html`<th scope="colgroup" colspan="${columns.filter((column) => column.set === set).length}">${set}</th>`)}
            </tr>`
          }
          <tr>
            <th scope="col">scenario</th>
            ${columns.map(({place}) => html`<th scope="col">${place}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${[...rows.values()].map((row) => matrixRow(row, columns))}
        </tbody>
      </table>`,
    )}`;
};

const matrixRow = (row: readonly CellRecord[], columns: readonly {readonly set: string; readonly place: string}[]) =>
  html`<tr>
    <th scope="row">${row[0]?.scenario}<br /><small>${row[0]?.file}</small></th>
    ${columns.map(({set, place}) =>
      verdict(row.filter(({level, network, runtimeSet}) => runtimeSet === set && `${level} ${network}` === place)),
    )}
  </tr>`;

/** One cell of the matrix; several where a cell was repeated, and then the worst says what to look at. */
const verdict = (repetitions: readonly CellRecord[]): Html => {
  const worst =
    repetitions.find(({status}) => status === 'failed') ??
    repetitions.find(({status}) => status === 'not-run') ??
    repetitions[0];
  if (worst === undefined) {
    return html`<td class="verdict none"><span aria-label="not stated">·</span></td>`;
  }
  const {status, failures} = worst;
  const passed = repetitions.filter((cell) => cell.status === 'passed').length;
  const times = repetitions.length > 1 && html` <small>${passed}/${repetitions.length}</small>`;
  const took = repetitions.map(({durationMs}) => durationMs).toSorted((one, other) => one - other);
  const median = took[Math.floor(took.length / 2)] ?? 0;
  switch (status) {
    case 'passed':
      return html`<td class="verdict passed">✓ <span class="quiet">${formatDuration(median)}</span>${times}</td>`;
    case 'failed':
      return html`<td class="verdict failed">
        ✗ <a href="#${anchorOf(worst)}">${failures[0]?.class ?? 'failed'}</a>${times}
      </td>`;
    case 'not-run':
      return html`<td class="verdict not-run">– not run${times}</td>`;
  }
};

const LEVELS: readonly CellRecord['level'][] = ['docker', 'ctr', 'runc'];

const unique = (values: readonly string[]): string[] => [...new Set(values)];
