import {writeJobSummary} from '../report/job-summary.ts';
import type {RunRecord} from '../report/run-record.ts';

/**
 * Writes what people read of a run: its page, and in a job of GitHub the summary. What it can not write costs nobody the run, whose record
 * says what was found out: it returns a sentence, `undefined` when all went well. `root` is the project's folder.
 */
export const writePages = async (folder: string, record: RunRecord, root: string): Promise<string | undefined> => {
  try {
    // Loaded here and not above: it takes its time, and who starts a run does not wait for it.
    const {writeRunPage} = await import('./write-run-page.ts');
    await writeRunPage(folder, record, root);
    await writeJobSummary(record);
    return undefined;
  } catch (error) {
    return `Cannot write the page of the run: ${(error as Error).message}`;
  }
};
