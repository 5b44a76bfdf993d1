import type {ProgressEvent} from '../progress.ts';
import type {EventLines} from './event-lines.ts';
import {printable} from './printable.ts';

/**
 * The same lines for the log of GitHub Actions: what is done before the first cell is folded, and a cell that failed becomes an annotation.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export const githubGroups = (linesOf: EventLines): EventLines => {
  let isOpen = false;
  const close = (): string[] => {
    const lines = isOpen ? ['::endgroup::'] : [];
    isOpen = false;
    return lines;
  };
  return (event: ProgressEvent) => {
    const lines = linesOf(event);
    switch (event.type) {
      case 'planned':
        isOpen = true;
        return [...lines, '::group::Prepare the machine'];
      case 'cell-started':
      case 'finished':
        return [...close(), ...lines];
      case 'cell-ended':
        return event.cell.status === 'failed'
          ? [...lines, `::error title=${property(event.cell.name)}::${data(event.cell.failures[0]?.sentence ?? '')}`]
          : lines;
      case 'step-started':
      case 'step-ended':
      case 'machine-ready':
      case 'note':
    }
    return lines;
  };
};

const data = (text: string): string => printable(text).replaceAll('%', '%25');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
