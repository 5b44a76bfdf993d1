import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Command} from 'commander';
import {UsageError} from '../../vms/errors.ts';
import {listRuntimeSets, loadRuntimeSet, type RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import type {LevelName} from '../levels/level.ts';
import {written} from '../report/written.ts';
import {callerPath} from '../report/caller-path.ts';
import {chooseProvider} from './provider-choice.ts';
import {runId} from './run-id.ts';
import {parseCount, projectRoot, select} from './selection.ts';

interface Flags {
  readonly machine: string;
  readonly runtime: string;
  readonly rounds: number;
  readonly growth?: boolean;
  readonly markdown?: string;
  readonly json?: boolean;
}

const FILE = join(projectRoot, 'scenarios/nginx.scenario.ts');
/** Of each level the network mode that others can reach. */
const CELLS: readonly (readonly [LevelName, NetworkMode])[] = [
  ['docker', 'published'],
  ['ctr', 'netns'],
  ['runc', 'netns'],
];

/** `plumbline bench`: what the tool costs beside the commands themselves. */
export const addBenchCommand = (program: Command): void => {
  program
    .command('bench')
    .description('time the tool against the same steps as a plain shell script, in one machine')
    .option('--machine <provider>', 'what makes the machine', 'sandbox')
    .option('--runtime <name>', 'runtime set', 'bookworm')
    .option('--rounds <n>', 'how often everything is measured', parseCount, 10)
    .option('--growth', 'also what more cells and more runtime sets cost')
    .option('--markdown <file>', 'also write a table and a chart')
    .option('--json', 'print one JSON document')
    .action(async ({machine, runtime, rounds, growth, markdown, json}: Flags) => {
      const runtimeSet = await loadRuntimeSet(runtime);
      const {scenarios} = await select([FILE], {runtime: [runtime], shard: {index: 1, count: 1}, repeat: 1});
      const [found] = scenarios;
      if (found === undefined) {
        throw new UsageError(`Cannot measure anything: "${FILE}" states no scenario`);
      }
      const scenario = {
        ...found,
        cells: found.cells.filter((cell) =>
          CELLS.some(([level, network]) => cell.level === level && cell.network === network),
        ),
      };
      const {provider} = await chooseProvider(machine);
      const [{bench}, {benchLines}, {benchMarkdown}, {Interruption}] = await Promise.all([
        import('../bench/bench.ts'),
        import('../bench/bench-lines.ts'),
        import('../bench/bench-markdown.ts'),
        import('../run/interruption.ts'),
      ]);
      using interruption = new Interruption();
      const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
      const {signal} = interruption;
      const measuring = bench({
        id: runId(new Date()),
        scenario,
        provider,
        runtimeSet,
        rounds,
        growth: growth ? await setsFrom(runtimeSet) : undefined,
        say,
        signal,
      });
      const record = await interruption.orInterrupted(measuring);
      if (record === undefined) {
        process.exitCode = interruption.exitCode;
        return;
      }
      process.stdout.write(json ? `${JSON.stringify(record, undefined, 2)}\n` : `${benchLines(record).join('\n')}\n`);
      if (markdown !== undefined) {
        const file = callerPath(markdown);
        await written('the table', file, () => writeFile(file, benchMarkdown(record)));
      }
    });
};

/** Every runtime set, this one first. */
const setsFrom = async (first: RuntimeSet): Promise<RuntimeSet[]> => [
  first,
  ...(await listRuntimeSets()).filter(({name}) => name !== first.name),
];
