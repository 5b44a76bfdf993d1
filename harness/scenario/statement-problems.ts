import {workloadSchema} from './workload.ts';

/**
 * What is wrong with a statement, whatever its kind: its title, parts that are unknown, its workload. A file may say anything, and a
 * part that nobody knows would be a check that nobody makes.
 */
export const statementProblems = (title: unknown, statement: unknown, parts: readonly string[]): string[] => {
  const problems = titleProblems(title);
  if (typeof statement !== 'object' || statement === null) {
    return [...problems, `states nothing: after its title must come an object with ${parts.join(', ')}`];
  }
  const unknown = Object.keys(statement).filter((part) => !parts.includes(part));
  return [
    ...problems,
    ...unknown.map((part) => `has the unknown part "${part}", known are ${parts.join(', ')}`),
    ...functionProblems(statement),
    ...workloadProblems((statement as {workload?: unknown}).workload),
  ];
};

/** In bytes: files are named by it and the cell, and a name has 255 at most (path_resolution(7)). */
const LONGEST_TITLE = 150;

const titleProblems = (title: unknown): string[] => {
  if (typeof title !== 'string' || title.trim() === '') return ['has no title'];
  const bytes = Buffer.byteLength(title);
  return bytes > LONGEST_TITLE ? [`has a title of ${bytes} bytes, ${LONGEST_TITLE} at most can name its files`] : [];
};

const functionProblems = (statement: object): string[] =>
  Object.entries(statement)
    .filter(
      ([part, value]) =>
        ['prepare', 'check', 'steps'].includes(part) && value !== undefined && typeof value !== 'function',
    )
    .map(([part]) => `has a "${part}" that is no function`);

const workloadProblems = (workload: unknown): string[] =>
  (workloadSchema.safeParse(workload).error?.issues ?? []).map(
    ({path, message}) => `has a wrong value at "${['workload', ...path].join('.')}": ${message}`,
  );
