import {workloadSchema} from './workload.ts';

/**
 * What is wrong with a statement, whatever its kind: its title, parts that are unknown, its workload. A file may say anything, and a
 * part that nobody knows would be a check that nobody makes.
 */
export const statementProblems = (title: unknown, statement: unknown, parts: readonly string[]): string[] => {
  const problems = typeof title === 'string' && title.trim() !== '' ? [] : ['has no title'];
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
