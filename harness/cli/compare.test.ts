import {cp, mkdir, mkdtempDisposable, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import {describe, expect, test} from 'vitest';
import {UsageError} from '../../vms/errors.ts';
import {exampleLoadedRun} from '../compare/example-runs.ts';
import {loadRun, type LoadedRun} from '../compare/loaded-run.ts';
import type {Facts} from '../observe/fact.ts';
import {writeObservation} from '../observe/observation-file.ts';
import {exampleFailure, exampleMachine} from '../report/example-run.ts';
import {writeRun} from '../report/run-file.ts';
import {baselineCommand} from './baseline.ts';
import {compareCommand, type CompareCommandOptions} from './compare.ts';

const run = (facts: Facts, changes: Parameters<typeof exampleLoadedRun>[1] = {}): LoadedRun =>
  exampleLoadedRun([{level: 'runc', facts}], changes);

const save = async (reportsFolder: string, id: string, {record, observations}: LoadedRun): Promise<void> => {
  const folder = join(reportsFolder, id);
  await writeRun(folder, {...record, id});
  for (const observation of observations.values()) {
    await writeObservation(folder, observation);
  }
};

const reports = async () => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'compare-'));
  await save(folder.path, 'old', run({'process.umask': '0022'}));
  await save(folder.path, 'same', run({'process.umask': '0022'}));
  await save(folder.path, 'new', run({'process.umask': '0077'}));
  return folder;
};

const compare = async (options: Omit<CompareCommandOptions, 'stream'>) => {
  const stream = new PassThrough();
  const code = await compareCommand({...options, stream, colour: false});
  stream.end();
  return {code, output: await text(stream)};
};

describe('compare', () => {
  test('exits with 0 when nothing differs and with 1 when something does', async () => {
    await using folder = await reports();
    expect((await compare({old: 'old', new: 'same', reportsFolder: folder.path})).code).toBe(0);
    const {code, output} = await compare({old: 'old', new: 'new', reportsFolder: folder.path});
    expect(code).toBe(1);
    expect(output).toContain('~ process.umask  0022 -> 0077');
    await save(folder.path, 'failed', run({'process.umask': '0022'}, {failures: [exampleFailure({class: 'residue'})]}));
    expect((await compare({old: 'old', new: 'failed', reportsFolder: folder.path})).code).toBe(1);
  });

  test('prints JSON and writes a page', async () => {
    await using folder = await reports();
    const html = join(folder.path, 'pages', 'a.html');
    const {output} = await compare({
      old: 'old',
      new: join(folder.path, 'new', 'run.json'),
      reportsFolder: folder.path,
      json: true,
      html,
    });
    expect(JSON.parse(output)).toMatchObject({
      schemaVersion: 1,
      unexplained: 1,
      differences: [{fact: 'process.umask'}],
    });
    expect(await readFile(html, 'utf8')).toContain('process.umask');
  });

  test.each([
    ['another schema version', async (file: string) => writeFile(file, '{"schemaVersion": 99}'), /schemaVersion is 99/],
    [
      'a truncated file',
      async (file: string) => writeFile(file, (await readFile(file, 'utf8')).slice(0, 100)),
      /not whole JSON/,
    ],
  ])('refuses %s', async (_, spoil, sentence) => {
    await using folder = await reports();
    await spoil(join(folder.path, 'new', 'run.json'));
    const error = await compare({old: 'old', new: 'new', reportsFolder: folder.path}).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(sentence);
  });

  test('refuses a name that is nothing, and a run without observations', async () => {
    await using folder = await reports();
    await mkdir(join(folder.path, 'bare'));
    await cp(join(folder.path, 'old', 'run.json'), join(folder.path, 'bare', 'run.json'));
    await expect(compare({old: 'none', new: 'new', reportsFolder: folder.path})).rejects.toThrow(
      'Cannot read run "none": no folder, run id or baseline of this name has a run.json',
    );
    await expect(compare({old: 'bare', new: 'new', reportsFolder: folder.path})).rejects.toThrow('has no observations');
  });
});

describe('compare of a run on several runtime sets', () => {
  const onTwoSets = async () => {
    const folder = await reports();
    const {record, observations} = exampleLoadedRun([
      {level: 'runc', facts: {'process.umask': '0022'}, cell: {name: 'one', runtimeSet: 'bookworm'}},
      {level: 'runc', facts: {'process.umask': '0077'}, cell: {name: 'two', runtimeSet: 'forky'}},
    ]);
    await save(folder.path, 'both', {name: 'both', record, observations});
    return folder;
  };

  test('lays two of its sets side by side', async () => {
    await using folder = await onTwoSets();
    const {code, output} = await compare({old: 'both', runtimes: ['bookworm', 'forky'], reportsFolder: folder.path});
    expect(code).toBe(1);
    expect(output).toContain('~ process.umask  0022 -> 0077');
    expect((await compare({old: 'both', new: 'both', reportsFolder: folder.path})).code).toBe(0);
    expect((await compare({old: 'both', new: 'both', runtimes: ['forky'], reportsFolder: folder.path})).code).toBe(0);
  });

  test.each([
    [[], 'Cannot compare "both" with nothing: name another run, or two of its runtime sets with --runtime OLD,NEW'],
    [['forky'], 'with nothing'],
    [['a', 'b', 'c'], 'Cannot compare "a, b, c": --runtime takes one runtime set, or OLD,NEW'],
    [['forky', 'trixie'], 'Cannot find "trixie" in run "both": it ran on bookworm, forky'],
  ])('refuses %j', async (runtimes, sentence) => {
    await using folder = await onTwoSets();
    await expect(compare({old: 'both', runtimes, reportsFolder: folder.path})).rejects.toThrow(sentence);
  });
});

describe('baseline', () => {
  test('is written, found by its name, and replaced with a word on what changes', async () => {
    await using folder = await reports();
    const stream = new PassThrough();
    await baselineCommand({run: 'old', reportsFolder: folder.path, stream, colour: false});
    expect((await compare({old: 'trixie', new: 'same', reportsFolder: folder.path})).code).toBe(0);
    await baselineCommand({run: 'new', reportsFolder: folder.path, stream, colour: false});
    stream.end();
    const output = await text(stream);
    expect(output).toContain('There is no baseline "trixie" yet');
    expect(output).toContain('~ process.umask  0022 -> 0077');
    expect((await compare({old: 'trixie', new: 'new', reportsFolder: folder.path})).code).toBe(0);
  });

  test('keeps nothing that tells whose host it was', async () => {
    await using folder = await reports();
    const machine = {...exampleMachine(), details: {folder: '/home/somebody/machines/1'}};
    await save(
      folder.path,
      'mine',
      run(
        {},
        {
          command: ['run', '/home/somebody/a.scenario.ts'],
          options: {reports: '/home/somebody/reports'},
          host: {system: 'Linux', kernel: '6.1.0-somebodys', cpus: 2, memoryBytes: 1},
          machines: [machine],
        },
      ),
    );
    await baselineCommand({run: 'mine', reportsFolder: folder.path, stream: new PassThrough()});
    const kept = await readFile(join(folder.path, 'baselines', 'trixie', 'run.json'), 'utf8');
    expect(kept).not.toMatch(/somebody/);
    expect(JSON.parse(kept)).toMatchObject({options: {}, host: {cpus: 2}});
  });

  test('keeps times of a run with enough repetitions alone', async () => {
    await using folder = await reports();
    for (const times of [1, 5]) {
      const record = exampleLoadedRun([
        {
          level: 'runc',
          measurements: {'time.exec': {value: 30, unit: 'ms'}, 'memory.shim': {value: 1, unit: 'bytes'}},
          steps: {'run the bundle': Array.from({length: times}, () => 100)},
        },
      ]);
      await save(folder.path, `run-${times}`, record);
      await baselineCommand({run: `run-${times}`, reportsFolder: folder.path, stream: new PassThrough()});
      const {record: kept, observations} = await loadRun('trixie', folder.path);
      expect(kept.cells[0]?.steps).toHaveLength(times === 5 ? 1 : 0);
      const [observation] = observations.values();
      expect(Object.keys(observation?.measurements ?? {})).toEqual(
        times === 5 ? ['time.exec', 'memory.shim'] : ['memory.shim'],
      );
    }
  });

  test('refuses a run with a swapped OCI runtime', async () => {
    await using folder = await reports();
    await save(folder.path, 'swapped', run({}, {options: {runc: './runc'}}));
    const accepted = baselineCommand({run: 'swapped', reportsFolder: folder.path, stream: new PassThrough()});
    await expect(accepted).rejects.toThrow('it ran with another OCI runtime, given with --runc');
  });

  test('is refused with its place where it can not be written', async () => {
    await using folder = await reports();
    await writeFile(join(folder.path, 'baselines'), '');
    const accepted = baselineCommand({run: 'old', reportsFolder: folder.path, stream: new PassThrough()});
    await expect(accepted).rejects.toThrow(
      `Cannot write baseline "trixie" to "${join(folder.path, 'baselines/trixie')}": ENOTDIR: not a directory`,
    );
    await expect(accepted).rejects.toBeInstanceOf(UsageError);
  });

  test('changes nothing in a dry run', async () => {
    await using folder = await reports();
    await baselineCommand({run: 'old', reportsFolder: folder.path, stream: new PassThrough(), dryRun: true});
    await expect(compare({old: 'trixie', new: 'old', reportsFolder: folder.path})).rejects.toThrow(
      'Cannot read run "trixie"',
    );
  });

  test('is of the one runtime set that was chosen', async () => {
    await using folder = await reports();
    const cells = ['trixie', 'forky'].map((runtimeSet) => ({
      level: 'runc' as const,
      facts: {'process.umask': runtimeSet},
      cell: {runtimeSet, name: `nginx runc ${runtimeSet}`},
    }));
    const machines = ['trixie', 'forky'].map((runtimeSet) => ({...exampleMachine(), runtimeSet}));
    await save(folder.path, 'both', exampleLoadedRun(cells, {machines}));
    const accept = (runtime?: string) =>
      baselineCommand({run: 'both', runtime, reportsFolder: folder.path, stream: new PassThrough()});
    await accept('forky');
    const {record, observations} = await loadRun('forky', folder.path);
    expect([record.machines, record.cells, [...observations]].map(({length}) => length)).toEqual([1, 1, 1]);
    await expect(accept()).rejects.toThrow('choose it with --runtime');
    await expect(accept('bookworm')).rejects.toThrow('it ran on trixie, forky');
  });

  test('is one for sandboxes and one for virtual machines', async () => {
    await using folder = await reports();
    await baselineCommand({run: 'old', reportsFolder: folder.path, stream: new PassThrough()});
    const virtual = {...exampleMachine(), traits: {acceleration: 'tcg'}};
    await save(folder.path, 'virtual', run({}, {machines: [virtual]}));
    const accept = (name?: string) =>
      baselineCommand({run: 'virtual', name, reportsFolder: folder.path, stream: new PassThrough()});
    await accept();
    expect((await loadRun('trixie-vm', folder.path)).record.machines).toMatchObject([{traits: virtual.traits}]);
    await expect(accept('trixie')).rejects.toThrow('it ran in virtual machines, and the baseline is of sandboxes');
  });

  test('refuses a run that failed, one of an upgrade and one of another runtime set', async () => {
    await using folder = await reports();
    await baselineCommand({run: 'old', reportsFolder: folder.path, stream: new PassThrough()});
    await save(folder.path, 'failed', exampleLoadedRun([{level: 'runc', cell: {status: 'failed'}}]));
    await save(folder.path, 'other', exampleLoadedRun([{level: 'runc', cell: {runtimeSet: 'forky'}}]));
    await save(folder.path, 'upgraded', run({}, {options: {from: 'bookworm', to: 'trixie'}}));
    const accept = (id: string) =>
      baselineCommand({run: id, name: 'trixie', reportsFolder: folder.path, stream: new PassThrough()});
    await expect(accept('failed')).rejects.toThrow('Cannot accept "failed" as a baseline: 1 of its cells did not pass');
    await expect(accept('upgraded')).rejects.toThrow(
      'Cannot accept "upgraded" as a baseline: it ran for an upgrade from "bookworm" to "trixie"',
    );
    await expect(accept('other')).rejects.toThrow('it ran on "forky", and the baseline is of "trixie"');
  });
});
