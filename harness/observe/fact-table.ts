import {families} from './observe-cell.ts';

/** Every family of facts and measurements as a table in Markdown, as harness/observe/README.md has it. */
export const factTable = (): string =>
  [
    '| path | what it says | read from |',
    '|---|---|---|',
    ...families.map(({path, meaning, source}) => `| \`${path}\` | ${meaning} | ${source} |`),
  ].join('\n');
