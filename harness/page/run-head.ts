import {counted} from '../report/counted.ts';
import type {RunRecord} from '../report/run-record.ts';
import {shellCommand} from '../report/shell-command.ts';
import {formatDuration} from '../report/terminal/duration.ts';
import {html, type Html} from './html.ts';

/** What came out, in one line. */
export const verdictText = ({cells, failures, exitCode}: RunRecord): string => {
  const count = (status: RunRecord['cells'][number]['status']): number =>
    cells.filter((cell) => cell.status === status).length;
  const [failed, notRun] = [count('failed'), count('not-run')];
  const parts = [
    ...(failed > 0 ? [`${failed} of ${cells.length} cells failed`] : []),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
    ...(failures.length > 0 ? [`${counted(failures.length, 'failure')} of the run itself`] : []),
  ];
  if (parts.length > 0) {
    return parts.join(', ');
  }
  const held = cells.length === 1 ? 'The one cell held' : `All ${cells.length} cells held`;
  return exitCode === 0 ? held : `${held}, exit code ${exitCode}`;
};

/** The verdict and what was run where: what stands above everything else. */
export const runHead = (run: RunRecord): Html => {
  const isGood = run.exitCode === 0;
  const machines = [...new Map(run.machines.map((machine) => [machine.runtimeSet, machine])).values()];
  const provider = run.machines[0]?.traits['provider'];
  return html`<h1 class="${isGood ? 'passed' : 'failed'}">${isGood ? '✓' : '✗'} ${verdictText(run)}</h1>
    <p class="quiet">
      ${run.startedAt.slice(0, 16).replace('T', ' ')} UTC · ${formatDuration(run.durationMs)} · run ${run.id}
    </p>
    <dl class="facts">
      <dt>command</dt>
      <dd><code>plumbline ${shellCommand(run.command)}</code></dd>
      ${
        typeof provider === 'string' &&
        html`<dt>machine</dt>
          <dd>${provider}${notEmulated(run)}</dd>`
      }
      ${machines.map(
        ({runtimeSet, versions}) =>
          html`<dt>${runtimeSet}</dt>
            <dd>${versionsText(versions)}</dd>`,
      )}
      <dt>host</dt>
      <dd>${run.host.system} ${run.host.kernel}, ${run.host.cpus} CPUs</dd>
      <dt>files</dt>
      <dd>
        <a href="run.json">run.json</a> · <a href="junit.xml">junit.xml</a> · <a href="observations/">observations/</a>
      </dd>
    </dl>`;
};

const notEmulated = ({machines}: RunRecord): string => {
  const acceleration = machines[0]?.traits['acceleration'];
  return typeof acceleration === 'string' && acceleration !== 'none' ? `, ${acceleration}` : '';
};

/** `docker 28.5.1 · containerd 2.1.9`. */
export const versionsText = (versions: Readonly<Record<string, string>>): string =>
  Object.entries(versions)
    .map(([component, version]) => `${component} ${version}`)
    .join(' · ');
