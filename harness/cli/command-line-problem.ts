/** What Commander says of a command line that it can't read, as one sentence of this tool. */
export const commandLineProblem = (said: string): string => {
  const problem = said
    .replace(/^error: /, '')
    .replace("' is invalid. ", "' is wrong: ")
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  const remedy = /^unknown (?:option|command)/.test(problem)
    ? ', "plumbline help" and "--help" list what there is'
    : '';
  return `Cannot read the command line: ${problem}${remedy}`;
};
