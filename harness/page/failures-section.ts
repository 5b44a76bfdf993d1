import type {CellRecord, FailureRecord, RunRecord} from '../report/run-record.ts';
import {shellCommand} from '../report/shell-command.ts';
import {formatDuration} from '../report/terminal/duration.ts';
import {anchorOf} from './anchor.ts';
import type {EvidenceText} from './evidence-text.ts';
import {html, type Html} from './html.ts';

/** Everything that failed, the run's own failures first, each with what explains it. `undefined` when nothing did. */
export const failuresSection = (
  {cells, failures}: RunRecord,
  evidence: ReadonlyMap<string, EvidenceText>,
): Html | undefined => {
  const failed = cells.filter(({status}) => status === 'failed');
  const notRun = cells.filter(({status}) => status === 'not-run');
  if (failures.length + failed.length + notRun.length === 0) {
    return undefined;
  }
  return html`<h2 id="failures">What failed</h2>
    ${failures.map(
      (failure) =>
        html`<section class="failure">
          <h3>The run itself</h3>
          ${failureText(failure, evidence)}
        </section>`,
    )}
    ${failed.map((cell) => failedCell(cell, evidence))}
    ${
      notRun.length > 0 &&
      html`<h3>Not run</h3>
        <ul>
          ${notRun.map(({name, failures: [first]}) => html`<li>${name}<br /><small>${first?.sentence}</small></li>`)}
        </ul>`
    }`;
};

const failedCell = (cell: CellRecord, evidence: ReadonlyMap<string, EvidenceText>): Html =>
  html`<section class="failure" id="${anchorOf(cell)}">
    <h3>${cell.name}</h3>
    ${cell.failures.map((failure) => failureText(failure, evidence))}
    <details>
      <summary>What was done, with times</summary>
      <div>
        <table>
          <thead>
            <tr>
              <th scope="col">step</th>
              <th scope="col">command</th>
              <th scope="col" class="number">time</th>
            </tr>
          </thead>
          <tbody>
            ${cell.steps.map(
              ({title, command, durationMs, status}) =>
                html`<tr>
                  <th scope="row" ${status === 'failed' && html` class="failed"`}>
                    ${status === 'failed' ? '✗ ' : ''}${title}
                  </th>
                  <td class="fact">${command && shellCommand(command)}</td>
                  <td class="number">${formatDuration(durationMs)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;

const failureText = (failure: FailureRecord, evidence: ReadonlyMap<string, EvidenceText>): Html => {
  const {class: kind, layer, sentence, command, expected, seen, remedies = [], evidence: files} = failure;
  return html`<p class="sentence">${sentence}</p>
    <p><span class="badge failed">${kind}</span>${layer !== undefined && html` <span class="badge">${layer}</span>`}</p>
    <dl class="facts">
      ${
        command &&
        html`<dt>command</dt>
          <dd><code>${shellCommand(command)}</code></dd>`
      }
      ${
        expected !== undefined &&
        html`<dt>expected</dt>
          <dd>${expected}</dd>`
      }
      ${
        seen !== undefined &&
        html`<dt>seen</dt>
          <dd>${seen}</dd>`
      }
      ${remedies.map(
        (remedy) =>
          html`<dt>mend</dt>
            <dd><code>${remedy}</code></dd>`,
      )}
    </dl>
    ${files.map((file) => evidenceFile(file, evidence.get(file)))}`;
};

const evidenceFile = (file: string, text: EvidenceText | undefined): Html =>
  text === undefined
    ? html`<p><a href="${relativeLink(file)}">${file}</a></p>`
    : html`<details>
        <summary>${file.split('/').at(-1)}</summary>
        ${text.omitted > 0 && html`<p class="quiet">The last part; <a href="${relativeLink(file)}">the whole file</a> has ${text.omitted} characters more.</p>`}
        <pre tabindex="0">${text.text}</pre>
      </details>`;

/** A path below the page, never an address of somewhere else. */
const relativeLink = (file: string): string => `./${file.split('/').map(encodeURIComponent).join('/')}`;
