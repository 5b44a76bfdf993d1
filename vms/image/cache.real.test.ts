import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {execa} from 'execa';
import {afterEach, beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import {HostError, ProvisionError} from '../errors.ts';
import type {BakeContext} from './bake-report.ts';
import {Ledger} from '../ledger/ledger.ts';
import {discardEntry, listCache, pruneCache} from './cache-prune.ts';
import {openEntry, type EntryMaker} from './cache.ts';
import {entryPaths} from './cache-folder.ts';
import {sealEntry} from './cache-manifest.ts';
import {keyOf} from './content-key.ts';
import {acquireLock} from './file-lock.ts';
import {runIsolated} from './isolated-command.ts';
import {packLayer} from './layer-archive.ts';

const {signal} = new AbortController();
const key = keyOf('test');
let home: string;
let notes: string[];
let context: BakeContext;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cache-test-'));
  vi.stubEnv('XDG_CACHE_HOME', home);
  notes = [];
  context = {signal, report: (event) => void (event.type === 'note' && notes.push(event.sentence))};
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, {recursive: true, force: true});
});

const maker = (make: EntryMaker<object>['make'], neededBytes = 0): EntryMaker<object> => ({
  kind: 'test',
  key,
  what: 'test entry',
  neededBytes,
  make,
});

const writeGreeting = maker(async (content) => {
  await writeFile(join(content, 'greeting'), 'hello');
  return {made: true};
});

/** A process of its own that opens the same entry; what it makes takes `seconds`, and each making leaves a line in the log. */
const bakeElsewhere = (seconds: number) => {
  const program = `
    import {appendFile, writeFile} from 'node:fs/promises';
    const {openEntry} = await import(${JSON.stringify(join(import.meta.dirname, 'cache.ts'))});
    const {runIsolated} = await import(${JSON.stringify(join(import.meta.dirname, 'isolated-command.ts'))});
    const signal = new AbortController().signal;
    const report = (event) => console.log(JSON.stringify(event));
    const make = async (content) => {
      await appendFile(${JSON.stringify(join(home, 'log'))}, 'made\\n');
      await writeFile(content + '/greeting', 'hello');
      console.log('making');
      await runIsolated(['sh', '-c', 'sleep ${seconds}; echo end > ' + content + '/end'], {action: 'make', folder: content, signal});
      return {};
    };
    await using entry = await openEntry({kind: 'test', key: ${JSON.stringify(key)}, what: 'test entry', neededBytes: 0, make}, {report, signal});
    console.log('opened');
  `;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {stdio: ['ignore', 'pipe', 'inherit']});
};

describe('openEntry', () => {
  test('makes an entry once and then finds it', async () => {
    const make = vi.fn<EntryMaker<object>['make']>(writeGreeting.make);
    for (let round = 0; round < 2; round += 1) {
      await using entry = await openEntry({...writeGreeting, make}, context);
      expect(entry.facts).toEqual({made: true});
      expect(await readFile(join(entry.content, 'greeting'), 'utf8')).toBe('hello');
    }
    expect(make).toHaveBeenCalledOnce();
    expect(notes).toEqual([]);
  });

  test('does the work once for two processes at once', async () => {
    const children = [bakeElsewhere(1), bakeElsewhere(1)];
    const outputs = await Promise.all(
      children.map(async (child) => {
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        await once(child, 'close');
        return output;
      }),
    );
    expect(outputs.map((output) => output.includes('opened'))).toEqual([true, true]);
    expect(outputs.join('')).toContain('Waiting for another bake or run that holds test entry');
    expect(await readFile(join(home, 'log'), 'utf8')).toBe('made\n');
  });

  test('does not wait for who holds what was made meanwhile', async () => {
    const paths = entryPaths(home + '/plumbline', 'test', key);
    await using _other = await acquireLock(paths.lock, 'shared', {signal, onWait: () => undefined});
    const make = vi.fn<EntryMaker<object>['make']>(writeGreeting.make);
    const opening = openEntry({...writeGreeting, make}, context);
    await mkdir(join(paths.partial, 'content'), {recursive: true});
    await sealEntry(
      paths.partial,
      {kind: 'test', key, what: 'test entry', durationMs: 1, facts: {made: false}},
      signal,
    );
    await rename(paths.partial, paths.entry);
    await using entry = await opening;
    expect(entry.facts).toEqual({made: false});
    expect(make).not.toHaveBeenCalled();
  });

  test('leaves nothing usable when killed, and is made anew by the next', async () => {
    const child = bakeElsewhere(97);
    await once(child.stdout, 'data');
    await vi.waitFor(async () => expect(await running('sleep 97')).toBe(true), {timeout: 5000});
    child.kill('SIGKILL');
    await once(child, 'close');
    await vi.waitFor(async () => expect(await running('sleep 97')).toBe(false), {timeout: 5000});
    expect(await readdir(join(home, 'plumbline/test'))).toEqual([`${key}.lock`, `${key}.partial`]);

    await using entry = await openEntry(writeGreeting, context);
    expect(await readdir(entry.content)).toEqual(['greeting']);
    expect(await readdir(join(home, 'plumbline/test'))).toEqual([key, `${key}.lock`]);
  });

  test('removes what a dead bake of another entry left', async () => {
    const left = join(home, 'plumbline/test', `${keyOf('other')}.partial`);
    await using entry = await openEntry(writeGreeting, context);
    await execa('mkdir', ['-p', join(left, 'content')]);
    await writeFile(join(entry.content, 'greeting'), 'changed');
    await entry[Symbol.asyncDispose]();
    await (await openEntry(writeGreeting, context))[Symbol.asyncDispose]();
    expect(await readdir(join(home, 'plumbline/test'))).not.toContain(`${keyOf('other')}.partial`);
  });

  test('ends everything and leaves nothing when aborted', async () => {
    const abort = new AbortController();
    const sleepy = maker(async (content, _scratch, inner) => {
      await runIsolated(['sh', '-c', 'sleep 98 & sleep 98'], {action: 'make', folder: content, signal: inner.signal});
      return {};
    });
    const opening = openEntry(sleepy, {...context, signal: abort.signal});
    opening.catch(() => {});
    await vi.waitFor(async () => expect(await running('sleep 98')).toBe(true), {timeout: 5000});
    abort.abort(new Error('interrupted'));
    await expect(opening).rejects.toThrow('interrupted');
    expect(await running('sleep 98')).toBe(false);
    expect(await readdir(join(home, 'plumbline/test'))).toEqual([`${key}.lock`]);
  });

  test.for([
    ['content', 'content/greeting', '"greeting" is not as it was made'],
    ['manifest', 'manifest.json', 'its manifest is missing or broken'],
  ] as const)('makes an entry again whose %s is damaged, when no one uses it any more', async ([, path, words]) => {
    const used = await openEntry(writeGreeting, context);
    await appendFile(join(home, 'plumbline/test', key, path), '!');
    const opening = openEntry(writeGreeting, context);
    await setTimeout(1000);
    await used[Symbol.asyncDispose]();
    await using entry = await opening;
    expect(await readFile(join(entry.content, 'greeting'), 'utf8')).toBe('hello');
    const waiting = 'Waiting for another bake or run that holds test entry';
    expect(notes).toEqual([waiting, `The cached test entry is damaged, ${words}: it is made again`]);
  });
});

describe('a disk too small', () => {
  beforeEach(async () => {
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', home]);
  });
  afterEach(async () => {
    await execa('umount', ['--lazy', home]);
  });

  test('is refused before the work, with what is free and what is needed', async () => {
    const error = await openEntry(maker(writeGreeting.make, 500_000_000), context).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HostError);
    expect((error as HostError).message).toBe(
      `Cannot bake test entry: 8 MB are free in "${home}/plumbline", 500 MB are needed`,
    );
    expect((error as HostError).requirements[0]?.remedy).toContain('XDG_CACHE_HOME');
  });

  test.for([
    ['the tool', async (content: string) => writeFile(join(content, 'large'), Buffer.alloc(16_000_000))],
    [
      'a command',
      async (content: string) =>
        runIsolated(['dd', 'if=/dev/zero', `of=${content}/large`, 'bs=1M', 'count=16'], {
          action: 'make',
          folder: content,
          signal,
        }),
    ],
    [
      'the packing of a layer',
      async (content: string) => {
        const tree = await mkdtemp(join(tmpdir(), 'layer-test-'));
        onTestFinished(async () => rm(tree, {recursive: true}));
        await writeFile(join(tree, 'large'), randomBytes(16_000_000));
        await packLayer(tree, join(content, 'layer.tar.gz'), signal);
      },
    ],
  ] as const)('that fills up under %s is said so, and nothing is left', async ([, fill]) => {
    const opening = openEntry(
      maker(async (content) => {
        await fill(content);
        return {};
      }),
      context,
    );
    const error = await opening.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProvisionError);
    expect((error as ProvisionError).message).toContain('is full, free space or set XDG_CACHE_HOME');
    expect(await readdir(join(home, 'plumbline/test'))).toEqual([`${key}.lock`]);
  });
});

describe('pruneCache', () => {
  test('keeps what is in use and takes the rest', async () => {
    const entry = await openEntry(writeGreeting, context);
    expect(await pruneCache({all: true}, signal)).toEqual([]);
    expect(await listCache()).toMatchObject([{kind: 'test', key, what: 'test entry', bytes: expect.any(Number)}]);
    await entry[Symbol.asyncDispose]();
    expect(await pruneCache({olderThanDays: 1}, signal)).toEqual([]);
    expect(await pruneCache({all: true}, signal)).toMatchObject([{key}]);
    expect(await listCache()).toEqual([]);
  });

  test('keeps what a machine needs that outlives the run that made it', async () => {
    await using ledger = await Ledger.start(`prune-test-${process.pid}`);
    const entry = await openEntry(writeGreeting, context);
    const settleKept = ledger.recordUse('m1', [entry.content]);
    const settleOther = ledger.recordUse('m2', [entry.content]);
    await entry[Symbol.asyncDispose]();
    settleOther();
    expect(await pruneCache({all: true}, signal)).toEqual([]);
    settleKept();
    expect(await pruneCache({all: true}, signal)).toMatchObject([{key}]);
  });

  test('keeps what a machine needs that was kept after the prune began', async () => {
    await using ledger = await Ledger.start(`prune-late-test-${process.pid}`);
    const needed = await openEntry({...writeGreeting, key: keyOf('needed')}, context);
    await needed[Symbol.asyncDispose]();
    // The one used last goes first, and it takes a while.
    const large = maker(async (content) => {
      for (let number = 0; number < 5000; number += 1) await writeFile(join(content, String(number)), '');
      return {};
    });
    await (await openEntry(large, context))[Symbol.asyncDispose]();
    const pruning = pruneCache({all: true}, signal);
    while (existsSync(join(home, 'plumbline/test', key))) await setTimeout(1);
    const settle = ledger.recordUse('m1', [needed.content]);
    expect(await pruning).toMatchObject([{key}]);
    settle();
  });

  test('does nothing about what another prune has taken meanwhile', async () => {
    const keys = Array.from({length: 8}, (_, number) => keyOf(number)).sort();
    for (const one of keys) await (await openEntry({...writeGreeting, key: one}, context))[Symbol.asyncDispose]();
    const removed = await Promise.all([pruneCache({all: true}, signal), pruneCache({all: true}, signal)]);
    const names = removed.flat().map((summary) => summary.key);
    expect(names.sort()).toEqual(keys);
  });
});

describe('discardEntry', () => {
  test('takes an entry that no one else uses, once', async () => {
    const {seal, ...entry} = await openEntry(writeGreeting, context);
    expect(await discardEntry({kind: 'test', key}, seal, signal)).toBe(false);
    await entry[Symbol.asyncDispose]();
    expect(await discardEntry({kind: 'test', key}, seal, signal)).toBe(true);
    expect(await listCache()).toEqual([]);
    await using again = await openEntry(writeGreeting, context);
    expect(await discardEntry({kind: 'test', key}, seal, signal)).toBe(true);
    expect(await readdir(again.content)).toEqual(['greeting']);
  });

  test('keeps what a machine needs that outlives the run that made it', async () => {
    await using ledger = await Ledger.start(`discard-test-${process.pid}`);
    const {seal, content, ...entry} = await openEntry(writeGreeting, context);
    const settle = ledger.recordUse('m1', [content]);
    await entry[Symbol.asyncDispose]();
    expect(await discardEntry({kind: 'test', key}, seal, signal)).toBe(false);
    settle();
  });
});

const running = async (command: string): Promise<boolean> => {
  const {stdout} = await execa('ps', ['-eo', 'args']);
  return stdout.split('\n').includes(command);
};
