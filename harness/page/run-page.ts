import type {Comparison} from '../compare/comparison.ts';
import type {LoadedRun} from '../compare/loaded-run.ts';
import {differencesSection} from './differences-section.ts';
import type {EvidenceText} from './evidence-text.ts';
import {failuresSection} from './failures-section.ts';
import {html, type Html} from './html.ts';
import {htmlPage} from './page.ts';
import {pathsSection} from './paths-section.ts';
import {runHead, verdictText} from './run-head.ts';
import {timesSection} from './times-section.ts';
import {verdictMatrix} from './verdict-matrix.ts';
import {whoDidItSection} from './who-did-it-section.ts';

/** What the page of a run is made of. */
export interface RunPageInput {
  readonly run: LoadedRun;
  /** What names the run on the command line. */
  readonly argument: string;
  /** By path in the run's folder. */
  readonly evidence: ReadonlyMap<string, EvidenceText>;
  /** With the baselines of its runtime sets. */
  readonly comparisons: readonly Comparison[];
}

/** A run as one page that needs no other file. */
export const runPage = ({run, argument, evidence, comparisons}: RunPageInput): string => {
  const {record, observations} = run;
  const sections: readonly (readonly [id: string, name: string, content: Html | undefined])[] = [
    ['failures', 'What failed', failuresSection(record, evidence)],
    ['verdicts', 'Verdicts', verdictMatrix(record)],
    ['differences', 'Differences', differencesSection(comparisons)],
    ['paths', 'The way', pathsSection(record, observations)],
    ['levels', 'Who did it', whoDidItSection(run, argument)],
    ['times', 'Times', timesSection(record)],
  ];
  const present = sections.filter(([, , content]) => content !== undefined);
  return htmlPage({
    title: `plumbline ${record.id}: ${verdictText(record)}`,
    contents: present.map(([id, name]) => [id, name]),
    main: html`${runHead(record)} ${present.map(([, , content]) => content)}`,
  });
};
