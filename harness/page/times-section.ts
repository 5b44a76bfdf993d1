import type {CellRecord, RunRecord} from '../report/run-record.ts';
import {formatDuration} from '../report/terminal/duration.ts';
import {html, type Html} from './html.ts';
import {scrolling} from './page.ts';
import {PHASES, phasesOf, type Phase} from './phases.ts';

/** Rows that are shown at once; the rest is folded, scenario by scenario. */
const SHOWN = 40;

/** Where the time went: a bar for each cell, and what went before the first. `undefined` when nothing was run. */
export const timesSection = ({cells, machines, steps}: RunRecord): Html | undefined => {
  const timed = cells.filter(({status}) => status !== 'not-run');
  if (timed.length === 0) {
    return undefined;
  }
  const longest = Math.max(...timed.map((cell) => total(cell)), 1);
  const preparation = [...steps, ...machines.flatMap((machine) => machine.steps)];
  const scenarios = [...Map.groupBy(timed, ({scenario}) => scenario)];
  const isLong = timed.length > SHOWN;
  return html`<h2 id="times">Where the time went</h2>
    <ul class="legend">
      ${Object.values(PHASES).map((name, index) => html`<li><i class="p${index + 1}"></i>${name}</li>`)}
    </ul>
    ${scenarios.map(([scenario, ofScenario], index) => {
      const table = bars(scenario, ofScenario, longest);
      return isLong
        ? html`<details${index === 0 && html` open`}>
            <summary>${scenario}, ${formatDuration(ofScenario.reduce((sum, cell) => sum + total(cell), 0))}</summary>
            ${table}
          </details>`
        : table;
    })}
    ${
      preparation.length > 0 &&
      html`<details>
        <summary>Before the first cell, and between them: ${preparation.length} steps of machines</summary>
        ${scrolling(
          'Steps of machines',
          html`<table>
            <thead>
              <tr>
                <th scope="col">step</th>
                <th scope="col" class="number">time</th>
              </tr>
            </thead>
            <tbody>
              ${preparation.map(
                ({title, durationMs}) =>
                  html`<tr>
                    <td>${title}</td>
                    <td class="number">${formatDuration(durationMs)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`,
        )}
      </details>`
    }`;
};

const bars = (scenario: string, cells: readonly CellRecord[], longest: number): Html =>
  scrolling(
    `Times of ${scenario}`,
    html`<table>
      <caption>
        ${scenario}
      </caption>
      <thead>
        <tr>
          <th scope="col">cell</th>
          <th scope="col">parts</th>
          <th scope="col" class="number">time</th>
        </tr>
      </thead>
      <tbody>
        ${cells.map(
          (cell) =>
            html`<tr>
              <th scope="row">
                ${cell.level} ${cell.network}
                <small>${cell.runtimeSet}${cell.repetition > 1 && ` #${cell.repetition}`}</small>
              </th>
              <td class="bars">${bar(cell, longest)}</td>
              <td class="number">${formatDuration(total(cell))}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );

/** The bar is for the eye; each part says its name and time to whoever points at it or listens. */
const bar = (cell: CellRecord, longest: number): Html => {
  const phases = [...phasesOf(cell)];
  const text = phases.map(([phase, ms]) => `${PHASES[phase]} ${formatDuration(ms)}`).join(', ');
  return html`<div class="bar" role="img" aria-label="${text}">
    ${phases.map(([phase, ms]) => html`<i class="p${numberOf(phase)}" style="width:${((ms / longest) * 100).toFixed(2)}%" title="${PHASES[phase]}: ${formatDuration(ms)}"></i>`)}
  </div>`;
};

const numberOf = (phase: Phase): number => Object.keys(PHASES).indexOf(phase) + 1;

const total = (cell: CellRecord): number => [...phasesOf(cell).values()].reduce((sum, ms) => sum + ms, 0);
