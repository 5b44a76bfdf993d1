import type {Command} from 'commander';
import {PlumblineError} from '../../vms/errors.ts';
import type {PlannedCell} from '../report/progress.ts';
import type {Scenario, ScenarioCell} from '../scenario/definition.ts';
import type {LoadedScenario} from '../scenario/load.ts';
import {parseLevels, select, type SelectionFlags} from './selection.ts';

/** `plumbline explain`: what a scenario does, as commands of a shell. */
export const addExplainCommand = (program: Command): void => {
  program
    .command('explain')
    .description('print the shell commands that a scenario comes down to, cell by cell; nothing is started')
    .argument('<scenario>', 'a scenario file, or part of the names of its cells')
    .option('--level <names>', 'levels, separated by commas', parseLevels)
    .action(async (scenario: string, {level}: Pick<SelectionFlags, 'level'>) => {
      const isFile = scenario.endsWith('.scenario.ts');
      const {scenarios, cells} = await select(isFile ? [scenario] : [], {
        runtime: ['bookworm'],
        shard: {index: 1, count: 1},
        repeat: 1,
        ...(level && {level}),
        ...(!isFile && {grep: scenario}),
      });
      const [{explainCell}, {shellScript}] = await Promise.all([
        import('../explain/explain-cell.ts'),
        import('../explain/shell-script.ts'),
      ]);
      const scripts = [];
      for (const cell of cells) {
        const stated = statedAs(cell, scenarios);
        scripts.push(`${head(cell)}\n${shellScript(await explainCell(stated.scenario, stated.cell))}`);
      }
      process.stdout.write(scripts.join('\n'));
    });
};

const head = ({
  scenario,
  file,
  level,
  network,
}: PlannedCell): string => `# ${scenario}: ${level}, network mode ${network}
# ${file}, for a machine that can be thrown away. Paste as root, piece by piece, or run a file of it with "sh -eu FILE".
`;

const statedAs = (
  {name, scenario, file, level, network}: PlannedCell,
  scenarios: readonly LoadedScenario[],
): {readonly scenario: Scenario; readonly cell: ScenarioCell} => {
  for (const candidate of scenarios) {
    const cell = candidate.cells.find((one) => one.level === level && one.network === network);
    if (candidate.title === scenario && candidate.file === file && cell !== undefined) {
      return {scenario: candidate, cell};
    }
  }
  throw new PlumblineError('harness', `Cannot explain "${name}": its scenario is not there any more`);
};
