import {describe, expect, test} from 'vitest';
import type {Facts} from '../observe/fact.ts';
import {exampleFailure, exampleMachine} from '../report/example-run.ts';
import type {CellRecord} from '../report/run-record.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun, type ExampleCell} from './example-runs.ts';

const cells = (facts: Partial<Record<'docker' | 'ctr' | 'runc', Facts>>): ExampleCell[] => [
  {level: 'docker', network: 'published', facts: facts.docker ?? {}},
  {level: 'ctr', network: 'netns', facts: facts.ctr ?? {}},
  {level: 'ctr', network: 'cni', facts: facts.ctr ?? {}},
  {level: 'runc', network: 'netns', facts: facts.runc ?? {}},
];

const differencesOf = (old: Parameters<typeof cells>[0], recent: Parameters<typeof cells>[0]) =>
  compareRuns(exampleLoadedRun(cells(old)), exampleLoadedRun(cells(recent))).differences;

const everywhere = (facts: Facts) => ({docker: facts, ctr: facts, runc: facts});

describe('folding', () => {
  test('a run and itself have no difference', () => {
    const run = exampleLoadedRun(cells(everywhere({'process.umask': '0022', 'network.rules': ['a']})));
    expect(compareRuns(run, run)).toMatchObject({differences: [], unexplained: 0, cellsCompared: 4});
  });

  test('what all cells share is said once', () => {
    expect(differencesOf(everywhere({'process.umask': '0022'}), everywhere({'process.umask': '0077'}))).toMatchObject([
      {
        fact: 'process.umask',
        kind: 'changed',
        scope: 'all levels',
        layer: 'runc',
        group: 'isolation',
        old: '0022',
        new: '0077',
      },
    ]);
  });

  test('lists that gained the same are one difference, whatever else they hold', () => {
    const path = 'process.capabilities.effective';
    const found = differencesOf(
      {docker: {[path]: ['A', 'B']}, ctr: {[path]: ['A']}, runc: {[path]: []}},
      {docker: {[path]: ['A', 'B', 'X']}, ctr: {[path]: ['A', 'X']}, runc: {[path]: ['X']}},
    );
    expect(found.map(({scope}) => scope)).toEqual(['all levels']);
  });

  test('other values are other differences, with one cause', () => {
    const path = 'process.rlimits.RLIMIT_NOFILE.soft';
    const found = differencesOf(
      {docker: {[path]: 1048576}, ctr: {[path]: 1024}, runc: {[path]: 1024}},
      {docker: {[path]: 524288}, ctr: {[path]: 512}, runc: {[path]: 512}},
    );
    expect(found.map(({scope, layer, group}) => [scope, layer, group])).toEqual([
      ['ctr, runc', 'runc', 'limits'],
      ['docker', 'runc', 'limits'],
    ]);
  });

  test('a single cell of a level is named with its network mode', () => {
    const [old, recent] = [cells({}), cells({})];
    old[2] = {level: 'ctr', network: 'cni', facts: {'network.routes': ['a']}};
    recent[2] = {level: 'ctr', network: 'cni', facts: {'network.routes': ['b']}};
    old[1] = {level: 'ctr', network: 'netns', facts: {'network.routes': ['a']}};
    recent[1] = {level: 'ctr', network: 'netns', facts: {'network.routes': ['a']}};
    expect(compareRuns(exampleLoadedRun(old), exampleLoadedRun(recent)).differences).toMatchObject([
      {scope: 'ctr cni'},
    ]);
  });
});

describe('cells that can not be compared as a whole', () => {
  test('a cell that was not run is one difference, not the loss of all its facts', () => {
    const lost: ExampleCell = {
      level: 'runc',
      facts: {'process.umask': '0022'},
      cell: {
        status: 'not-run',
        failures: [exampleFailure({class: 'guest', sentence: 'Cannot run it: the machine is gone'})],
      },
    };
    const old = exampleLoadedRun([{level: 'runc', facts: {'process.umask': '0022', 'process.cwd': '/'}}]);
    const {differences} = compareRuns(old, exampleLoadedRun([lost]));
    expect(differences).toMatchObject([{fact: 'cell.notRun', kind: 'added', group: 'lifecycle'}]);
  });

  test('a cell that failed is not compared in what it did not come to', () => {
    const facts = {'process.umask': '0022', 'exec.cwd': '/', 'lifecycle.logs': 'delivered'};
    const failed: ExampleCell = {
      level: 'runc',
      facts: {'process.umask': '0077'},
      cell: {status: 'failed', failures: [exampleFailure({class: 'probe'})]},
    };
    const {differences} = compareRuns(exampleLoadedRun([{level: 'runc', facts}]), exampleLoadedRun([failed]));
    expect(differences.map(({fact}) => fact)).toEqual(['failure.probe', 'process.umask']);
    const passed: ExampleCell = {level: 'runc', facts: {'process.umask': '0022'}};
    const lost = compareRuns(exampleLoadedRun([{level: 'runc', facts}]), exampleLoadedRun([passed]));
    expect(lost.differences.map(({fact}) => fact)).toEqual(['exec.cwd', 'lifecycle.logs']);
  });

  test('where no command could look around, that alone differs of what it would have told', () => {
    const looked = (look: string, facts: ExampleCell['facts'] = {}): ExampleCell => ({
      level: 'runc',
      facts: {...facts, 'lifecycle.exec.look': look},
    });
    const old = exampleLoadedRun([looked('seen', {'exec.cwd': '/'})]);
    const {differences} = compareRuns(old, exampleLoadedRun([looked('no output')]));
    expect(differences).toMatchObject([{fact: 'lifecycle.exec.look', old: 'seen', new: 'no output'}]);
  });

  test('residue is a difference in which process ids do not matter', () => {
    const left = (pid: number): ExampleCell => ({
      level: 'runc',
      cell: {
        status: 'failed',
        failures: [exampleFailure({class: 'residue', seen: `process ${pid} "sleep 3217", left running`})],
      },
    });
    const clean = exampleLoadedRun([{level: 'runc'}]);
    expect(compareRuns(clean, exampleLoadedRun([left(12)])).differences).toMatchObject([
      {fact: 'residue', group: 'residue', layer: 'runc', new: ['process {pid} "sleep 3217", left running']},
    ]);
    expect(compareRuns(exampleLoadedRun([left(7)]), exampleLoadedRun([left(12)])).differences).toEqual([]);
  });

  test('what a version is known to leave is a difference too, of the component whose it is', () => {
    const facts = {'process.umask': '0022'};
    const left = (id: string): ExampleCell => ({
      level: 'runc',
      facts,
      cell: {
        knownResidue: [
          `mount "/var/lib/docker/overlay2/${id.repeat(32)}/merged" of type overlay (of dockerd), left mounted`,
        ],
      },
    });
    const clean = exampleLoadedRun([{level: 'runc', facts}]);
    expect(compareRuns(clean, exampleLoadedRun([left('a1')])).differences).toMatchObject([
      {
        fact: 'residue.known',
        group: 'residue',
        kind: 'added',
        layer: 'dockerd',
        because: "what is left behind is dockerd's",
      },
    ]);
    expect(compareRuns(exampleLoadedRun([left('a1')]), exampleLoadedRun([left('b2')])).differences).toEqual([]);
  });

  test('cells that only one run has are named, and decide nothing', () => {
    const old = exampleLoadedRun([{level: 'runc'}, {level: 'docker', network: 'published'}]);
    expect(compareRuns(old, exampleLoadedRun([{level: 'runc'}]))).toMatchObject({
      onlyOld: ['nginx · docker · published'],
      onlyNew: [],
      unexplained: 0,
    });
  });

  test('runs without a common cell are refused', () => {
    const other = exampleLoadedRun([{level: 'runc', cell: {scenario: 'redis'}}]);
    expect(() => compareRuns(exampleLoadedRun([{level: 'runc'}]), other)).toThrow(
      'Cannot compare "example" with "example": they have no cell in common, the first ran "nginx" and the second "redis"',
    );
  });

  test('a fact that varies within a run differs only by values that are new', () => {
    const twice = (...values: string[]) => {
      const run = exampleLoadedRun([{level: 'runc', steps: {stop: values.map(() => 1)}}]);
      for (const [index, observation] of [...run.observations.values()].entries()) {
        Object.assign(observation, {facts: {'process.cwd': '/', 'process.cpus': values[index]}});
      }
      return run;
    };
    const varied = compareRuns(twice('0', '1'), twice('1', '0'));
    expect(varied).toMatchObject({differences: [], unstable: ['process.cpus']});
    const changed = compareRuns(twice('0', '1'), twice('2', '3')).differences;
    expect(changed.map(({changes}) => changes)).toEqual([['0 -> 2'], ['1 -> 3']]);
    const never = exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/'}, steps: {stop: [1, 1]}}]);
    const sometimes = exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/'}, steps: {stop: [1, 1]}}]);
    Object.assign([...sometimes.observations.values()][1] ?? {}, {facts: {'process.cwd': '/', 'process.lsm': 'x'}});
    expect(compareRuns(never, sometimes)).toMatchObject({
      differences: [{changes: ['now x']}],
      unstable: ['process.lsm'],
    });
    expect(compareRuns(sometimes, never)).toMatchObject({differences: [], unstable: ['process.lsm']});
    const [added] = compareRuns(never, twice('0', '1')).differences;
    expect(added).toMatchObject({changes: ['now 0', 'now 1'], cells: [{level: 'runc'}]});
  });
});

describe('times', () => {
  const CELLS = [
    ['docker', 'published', 'start the container'],
    ['ctr', 'netns', 'run the container'],
    ['ctr', 'cni', 'run the container'],
    ['runc', 'netns', 'run the bundle'],
  ] as const;
  const run = (start: readonly (readonly number[])[]) =>
    exampleLoadedRun(
      CELLS.map(([level, network, title], index) => {
        const times = start[index] ?? [];
        const [stop, look] = [times.map(() => 200), times.map(() => 70)];
        return {level, network, steps: {[title]: times, stop, 'look at what was built': look}};
      }),
    );

  test('1.5 s more are seen from a single pair of runs', () => {
    const {differences} = compareRuns(run([[600], [300], [500], [100]]), run([[2100], [1800], [2000], [1600]]));
    expect(differences).toMatchObject([{fact: 'time.start', scope: 'all levels', layer: 'runc', group: 'time'}]);
  });

  test('and at a level whose first start took long before, too', () => {
    const {differences} = compareRuns(run([[1600], [300], [500], [100]]), run([[2450], [1800], [2000], [1600]]));
    expect(differences).toMatchObject([{fact: 'time.start', scope: 'all levels', layer: 'runc'}]);
  });

  test('and at a single level', () => {
    const {differences} = compareRuns(run([[600], [300], [500], [100]]), run([[2100], [300], [500], [100]]));
    expect(differences).toMatchObject([{fact: 'time.start', scope: 'docker', layer: 'dockerd'}]);
  });

  test.each([20, 50, 400, 1400])('%i ms more in one of two cells of a level are noise', (more) => {
    const {differences} = compareRuns(run([[600], [300], [500], [100]]), run([[600], [300 + more], [500], [100]]));
    expect(differences).toEqual([]);
  });

  test('0.3 s more are seen from ten repetitions', () => {
    const around = (middle: number) => Array.from({length: 10}, (_, index) => middle + 10 * (index % 5));
    const still = [around(300), around(500), around(100)];
    expect(compareRuns(run([around(600), ...still]), run([around(900), ...still])).differences).toMatchObject([
      {fact: 'time.start', scope: 'docker'},
    ]);
    expect(compareRuns(run([around(600), ...still]), run([around(640), ...still])).differences).toEqual([]);
  });
});

describe('a kernel that is another one', () => {
  const onKernel = (kernel: string, acceleration: string, facts: Facts, cell: Partial<CellRecord> = {}) =>
    exampleLoadedRun(
      [...cells(everywhere(facts)), {level: 'runc', network: 'isolated', facts: {'process.cwd': '/'}, cell}],
      {
        machines: [
          {
            ...exampleMachine(),
            traits: {acceleration},
            versions: {docker: '28.5.1', containerd: '1.7.28', runc: '1.3.2', kernel},
          },
        ],
      },
    );
  const settings = [{'sysctl.net.ipv4.tcp_rmem': 'small'}, {'sysctl.net.ipv4.tcp_rmem': 'large'}] as const;

  test.each([
    ['of two hosts', 'none', 'none'],
    ['of a host and a virtual machine', 'none', 'tcg'],
  ])('%s: no runtime is to blame for what follows it', (_, old, recent) => {
    const found = compareRuns(onKernel('6.18', old, settings[0]), onKernel('6.1', recent, settings[1]));
    expect(found).toMatchObject({differences: [], unexplained: 0, ofHostKernel: [{layer: 'kernel'}]});
  });

  test.each<[string, string, Partial<CellRecord>]>([
    ['a failure', 'failure.runtime', {status: 'failed', failures: [exampleFailure({class: 'runtime'})]}],
    [
      'residue',
      'residue',
      {status: 'failed', failures: [exampleFailure({class: 'residue', seen: 'mount "/x", left'})]},
    ],
    ['what a version is known to leave', 'residue.known', {knownResidue: ['mount "/x" (of dockerd), left mounted']}],
    ['a cell that was not run', 'cell.notRun', {status: 'not-run', failures: [exampleFailure({class: 'guest'})]}],
  ])('of two hosts: %s is not excused', (_, fact, cell) => {
    const [facts] = settings;
    const found = compareRuns(onKernel('6.18', 'none', facts), onKernel('6.1', 'none', facts, cell));
    expect(found).toMatchObject({differences: [{fact}], unexplained: 1, ofHostKernel: []});
  });

  test('another build of one version excuses nothing', () => {
    const found = compareRuns(onKernel('6.18.44-1', 'none', settings[0]), onKernel('6.18.44-2', 'none', settings[1]));
    expect(found).toMatchObject({unexplained: 1, ofHostKernel: []});
  });

  test('of two runtime sets: what follows it is news', () => {
    const found = compareRuns(onKernel('6.1', 'tcg', settings[0]), onKernel('6.12', 'tcg', settings[1]));
    expect(found).toMatchObject({differences: [{layer: 'kernel'}], unexplained: 1, ofHostKernel: []});
  });
});
