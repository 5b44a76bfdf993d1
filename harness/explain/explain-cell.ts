import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {levelByName} from '../levels/level-by-name.ts';
import {levels} from '../levels/level-facts.ts';
import {containerName, type LevelContext, type RunningWorkload} from '../levels/level.ts';
import {addNeighbour} from '../network/neighbour.ts';
import {enterArgv, targetOf} from '../probe/target.ts';
import type {ProgressListener} from '../report/progress.ts';
import type {Scenario, ScenarioCell, ScenarioContext} from '../scenario/definition.ts';
import {eventuallyOn} from '../scenario/eventually.ts';
import {Steps} from '../scenario/steps.ts';
import {dockerOnPaper} from './docker-on-paper.ts';
import type {Note} from './note.ts';
import {PaperMachine} from './paper-machine.ts';
import {permissiveExpect} from './permissive-expect.ts';

/** The spec that runc 1.1.5 writes. Other versions' differ in what is not edited. */
const DEFAULT_SPEC = join(import.meta.dirname, 'captured/runc-spec.json');

/** On paper everything is done at once: what takes longer waits for something that never comes, or for the end of a container. */
const WAITING_MS = 200;
const WAITING = Symbol('waiting');

/**
 * What a cell does in its machine, in order. The level's own code says it, run on paper: so it is what a run would do, with the docker
 * client in the place of the Engine API.
 */
export const explainCell = async (scenario: Scenario, cell: ScenarioCell): Promise<readonly Note[]> => {
  const {workload, body} = scenario;
  const machine = new PaperMachine(containerName(workload), await readFile(DEFAULT_SPEC, 'utf8'));
  const {notes} = machine;
  const title = (text: string): void => void notes.push({kind: 'title', title: text});
  const listener: ProgressListener = (event) => {
    if (event.type === 'step-started' || event.type === 'step-ended') {
      title(event.type === 'step-started' ? event.title : '');
    }
  };
  const {signal} = new AbortController();
  const steps = new Steps('explain', 0, listener);
  const context: LevelContext = {
    machine,
    workload,
    network: cell.network,
    ociRuntime: undefined,
    steps,
    scratch: '',
    signal,
    versions: {},
  };
  const deferred: (() => Promise<unknown>)[] = [];
  const start = async (): Promise<RunningWorkload> => {
    const level = cell.level === 'docker' ? dockerOnPaper : levelByName[cell.level];
    const started = await level.start(context);
    deferred.push(async () => started[Symbol.asyncDispose]());
    return started;
  };
  const forBody: ScenarioContext = {
    machine,
    level: cell.level,
    workload,
    versions: {},
    runc: 'runc',
    expect: permissiveExpect,
    eventually: eventuallyOn(machine, permissiveExpect),
    signal,
    step: (text, action) => steps.step(text, action),
    run: (argv, options) => machine.exec(argv, options),
    record: () => undefined,
    tally: () => undefined,
    defer: (action) => void deferred.push(action),
  };
  title('pull the image');
  await machine.succeed(levels[cell.level].pullArgv(workload.image.name));
  if (cell.reach.some(({vantage}) => vantage === 'neighbour')) {
    title('another host on a network of the machine, which uses it as its gateway');
    await addNeighbour(machine);
    deferred.push(() => machine.succeed(['ip', 'netns', 'delete', 'neighbour']));
  }
  if (body.kind === 'walkthrough') {
    await asFarAsPaperGoes(() => body.steps(forBody), notes);
  } else {
    await asFarAsPaperGoes(async () => body.prepare?.(forBody), notes);
    const running = await start();
    const expectReach = (of: RunningWorkload = running): Promise<void> => {
      notes.push(...probeNotes(cell, context, of));
      return Promise.resolve();
    };
    await expectReach();
    await asFarAsPaperGoes(async () => body.check?.({...forBody, running, start, expectReach}), notes);
  }
  title('remove what was made');
  for (const action of deferred.toReversed()) {
    const removed = action();
    if ((await Promise.race([removed, setTimeout(WAITING_MS, WAITING)])) === WAITING) {
      machine.endRunning();
    }
    await removed;
  }
  return notes;
};

/** Those that must answer come first, as in a run: what must be silent is asked once the workload is up. */
const probeNotes = (
  {reach, network}: ScenarioCell,
  {machine, workload}: Pick<LevelContext, 'machine' | 'workload'>,
  running: RunningWorkload,
): Note[] =>
  ['answers', 'silent', 'either'].flatMap((expectation) =>
    reach
      .filter(({expected}) => expected === expectation)
      .flatMap((entry): Note[] => {
        const {vantage, expected} = entry;
        const {url} = targetOf(entry, {machine, running, workload, network});
        return [
          {kind: 'title', title: `probe from the ${vantage}`},
          {
            kind: 'probe',
            from: vantage,
            ...(vantage !== 'harness' && {enter: enterArgv(vantage, running)}),
            url,
            expected,
            contains: workload.answer.contains,
          },
        ];
      }),
  );

/** Runs what a scenario does by itself up to where it needs an answer that only a machine can give. */
const asFarAsPaperGoes = async (body: () => Promise<unknown>, notes: Note[]): Promise<void> => {
  try {
    if ((await Promise.race([body(), setTimeout(WAITING_MS, WAITING)])) !== WAITING) {
      return;
    }
  } catch {
    // Something that the scenario read from an answer was not in it.
  }
  notes.push({kind: 'remark', text: 'What the scenario does from here on depends on what the machine answers.'});
};
