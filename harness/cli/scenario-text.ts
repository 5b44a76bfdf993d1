/** For tests: the text of a scenario file that can lie anywhere. Its first statement stands in line 5. */
export const scenarioText = (
  statements: string,
): string => `import {scenario} from '${at('harness/scenario/scenario.ts')}';
import {answers, silent} from '${at('harness/probe/truth-table.ts')}';
import {nginx} from '${at('scenarios/workloads/nginx.ts')}';
import {usualReach} from '${at('scenarios/reach.ts')}';
${statements}
`;

const at = (path: string): string => new URL(`../../${path}`, import.meta.url).href;
