import type {ObservationRecord} from '../observe/observation-file.ts';
import type {CellRecord, RunRecord} from '../report/run-record.ts';
import {html, type Html} from './html.ts';
import {pathDrawing} from './path-drawing.ts';
import {pathOf} from './path-facts.ts';

/**
 * The ways to one workload, drawn for each level and network mode: those of the scenario that was run in most places, the first where there are
 * several, and of every cell whose truth table did not hold. `undefined` when nothing was probed.
 */
export const pathsSection = (
  {cells}: RunRecord,
  observations: ReadonlyMap<string, ObservationRecord>,
): Html | undefined => {
  const probed = cells.filter(({reach, repetition}) => reach.length > 0 && repetition === 1);
  const byScenario = [...Map.groupBy(probed, ({file, scenario}) => JSON.stringify([file, scenario])).values()];
  const [widest = []] = byScenario.toSorted((one, other) => other.length - one.length);
  const broken = probed.filter((cell) => cell.reach.some(({held}) => !held) && !widest.includes(cell));
  if (widest.length === 0) {
    return undefined;
  }
  const sets = Map.groupBy(widest, ({runtimeSet}) => runtimeSet);
  return html`<h2 id="paths">The way to the workload</h2>
    <p>
      What was built for “${widest[0]?.scenario}”, as it was observed, and who got an answer: those outside the machine,
      those in it, and the workload's own network namespace.
    </p>
    <ul class="legend" aria-hidden="true">
      <li>
        <svg width="28" height="10">
          <path d="M0 5h26m-6-4l6 4l-6 4" style="stroke:var(--good);fill:none;stroke-width:1.5" />
        </svg>
        answers, time to the first byte
      </li>
      <li>
        <svg width="28" height="10">
          <path d="M0 5h20m0-4l8 8m0-8l-8 8" style="stroke:var(--silent);fill:none;stroke-width:1.5" />
        </svg>
        silent, as it must be
      </li>
      <li>
        <svg width="28" height="10">
          <path d="M0 5h20m0-4l8 8m0-8l-8 8" style="stroke:var(--bad);fill:none;stroke-width:2" />
        </svg>
        not as stated
      </li>
    </ul>
    ${[...sets].map(([set, ofSet], index) => drawings(ofSet, observations, sets.size > 1 ? {set, open: index === 0} : undefined))}
    ${
      broken.length > 0 &&
      html`<h3>Other cells whose truth table does not hold</h3>
        ${drawings(broken, observations)}`
    }`;
};

const drawings = (
  cells: readonly CellRecord[],
  observations: ReadonlyMap<string, ObservationRecord>,
  folded?: {readonly set: string; readonly open: boolean},
): Html => {
  const figures = html`<div class="paths">
    ${cells.map((cell) => {
      const name = `${cell.level} ${cell.network}`;
      return html`<figure>
        <figcaption><span>${name}</span><span class="quiet">${cell.runtimeSet}</span></figcaption>
        ${pathDrawing(pathOf(cell, observations.get(cell.name)), name)}
      </figure>`;
    })}
  </div>`;
  return folded === undefined
    ? figures
    : html`<details${folded.open && html` open`}><summary>${folded.set}</summary>${figures}</details>`;
};
