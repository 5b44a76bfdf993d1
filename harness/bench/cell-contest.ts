import {explainCell} from '../explain/explain-cell.ts';
import {shellScript} from '../explain/shell-script.ts';
import {levelByName} from '../levels/level-by-name.ts';
import {levels} from '../levels/level-facts.ts';
import type {LevelContext} from '../levels/level.ts';
import {checkReach, reachFailure} from '../probe/reach.ts';
import type {Scenario, ScenarioCell} from '../scenario/definition.ts';
import {Steps} from '../scenario/steps.ts';
import {byBats} from './bats.ts';
import {compete, type Entrant} from './contest.ts';

/** The times of a cell in milliseconds, by who ran it. */
export interface ContestTimes {
  readonly script: readonly number[];
  readonly tool: readonly number[];
  /** Empty where bats is not installed. */
  readonly bats: readonly number[];
}

/**
 * Lets a shell script, the tool and bats (where `bats` says where it is) do the same in one machine, in turns: look for the image, start the workload, probe what must answer
 * from the machine and from inside, remove everything. Throws when the script, or a probe, fails.
 */
export const contestCell = async (
  scenario: Scenario,
  cell: ScenarioCell,
  {machine, scratch, signal, bats}: Pick<LevelContext, 'machine' | 'scratch' | 'signal'> & {bats: string | undefined},
  rounds: number,
): Promise<ContestTimes> => {
  const {workload} = scenario;
  // A script has no other host to ask from, and would wait two seconds for each silence where the tool waits for a quarter of one.
  const reach = cell.reach.filter(
    ({expected, vantage}) => expected === 'answers' && (vantage === 'machine' || vantage === 'container'),
  );
  const script = '/tmp/plumbline-bench';
  await machine.put(
    script,
    shellScript(await explainCell({...scenario, body: {kind: 'running', check: undefined}}, {...cell, reach})),
  );
  const byScript: Entrant = {
    name: 'script',
    run: async () => void (await machine.succeed(['sh', '-eu', script], {signal})),
  };
  const byTool: Entrant = {
    name: 'tool',
    run: async () => {
      const steps = new Steps('bench', Date.now(), () => {});
      const context = {
        machine,
        scratch,
        signal,
        workload,
        steps,
        network: cell.network,
        ociRuntime: undefined,
        versions: {},
      };
      await machine.succeed(levels[cell.level].pullArgv(workload.image.name));
      await using running = await levelByName[cell.level].start(context);
      const failure = reachFailure(await checkReach({...context, running}, reach));
      if (failure !== undefined) {
        throw failure;
      }
    },
  };
  const title = `${cell.level} ${cell.network}`;
  const others = bats === undefined ? [] : [await byBats(bats, title, {machine, folder: scratch, script, signal})];
  const times = await compete([byScript, byTool, ...others], rounds);
  return {script: times.get('script') ?? [], tool: times.get('tool') ?? [], bats: times.get('bats') ?? []};
};
