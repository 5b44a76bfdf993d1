import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {nginx} from '../../scenarios/workloads/nginx.ts';
import {usualReach} from '../../scenarios/reach.ts';
import {bake} from '../../vms/image/bake.ts';
import {Ledger} from '../../vms/ledger/ledger.ts';
import type {ExecResult, OwnedMachine} from '../../vms/machine.ts';
import {providers} from '../../vms/providers.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {stateFolder} from '../../vms/state.ts';
import type {Scenario, ScenarioCell} from '../scenario/definition.ts';
import {readStatement} from '../scenario/read-statement.ts';
import {takeInventory} from '../teardown/inventory.ts';
import {isClean} from '../teardown/residue.ts';
import {waitForNoResidue} from '../teardown/residue-wait.ts';
import type {Inventory} from '../teardown/thing.ts';
import {explainCell} from './explain-cell.ts';
import {shellScript} from './shell-script.ts';

const {signal} = new AbortController();
const {scenario} = readStatement('serves its welcome page', {workload: nginx, reach: usualReach});

describe('the explained commands, run in a machine', () => {
  const undo = new AsyncDisposableStack();
  let machine: OwnedMachine;
  let before: Inventory;

  beforeAll(async () => {
    const id = `explain-${randomUUID().slice(0, 8)}`;
    const image = undo.use(await bake(await loadRuntimeSet('bookworm'), [nginx.image], {report: () => {}, signal}));
    const ledger = undo.use(await Ledger.start(id));
    const provider = providers.find(({name}) => name === 'sandbox');
    if (provider === undefined) {
      throw new Error('There is no sandbox provider');
    }
    const spec = {id, runId: id, image, folder: stateFolder('machines', id), files: [], ledger};
    machine = undo.use(await provider.start(spec, signal));
    // What is pulled stays: it is there before, and not made by the cell.
    await machine.succeed(['docker', 'pull', '--quiet', nginx.image.name]);
    await machine.succeed(['ctr', 'images', 'pull', nginx.image.name]);
    before = await takeInventory(machine, {signal});
  });
  afterAll(() => undo.disposeAsync());

  const runScript = async (stated: Scenario, cell: ScenarioCell): Promise<ExecResult> => {
    await machine.put('/tmp/explained', shellScript(await explainCell(stated, cell)));
    return machine.exec(['sh', '-eu', '/tmp/explained']);
  };

  test.for(scenario.cells)(
    'at level $level, network mode $network: the verdict of a run, and nothing left',
    async (cell) => {
      const {exitCode, stdout, stderr} = await runScript(scenario, cell);
      expect(exitCode, stderr).toBe(0);
      // A line for each entry that a machine can ask by itself and that is judged.
      const asked = cell.reach.filter(({vantage, expected}) => vantage !== 'harness' && expected !== 'either');
      const said = stdout.split('\n').filter((line) => line.startsWith('from '));
      expect(said.map((line) => line.replace(/ http.*/, '')).toSorted()).toEqual(
        asked.map(({vantage, expected}) => `from ${vantage}: ${expected}`).toSorted(),
      );
      await machine.succeed(['rm', '-f', '/tmp/explained']);
      const residue = await waitForNoResidue(machine, before, {deadlineMs: 15_000, signal, knownResidue: []});
      expect(isClean(residue), JSON.stringify(residue)).toBe(true);
    },
  );

  test('a server with another answer fails them', async () => {
    const other = {...nginx, answer: {...nginx.answer, contains: 'It works!'}};
    const {exitCode, stdout} = await runScript({...scenario, workload: other}, scenario.cells[1] as ScenarioCell);
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain('from ');
  });
});
