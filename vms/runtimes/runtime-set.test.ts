import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {UsageError} from '../errors.ts';
import {listRuntimeSets, loadRuntimeSet} from './runtime-set.ts';

describe('the sets of the project', () => {
  test('are all valid', async () => {
    const sets = await listRuntimeSets();
    expect(sets.map(({name}) => name)).toEqual(expect.arrayContaining(['bookworm', 'forky', 'trixie']));
  });

  test('carry the versions under test', async () => {
    const {versions} = await loadRuntimeSet('bookworm');
    expect(versions).toEqual({docker: '20.10.24', containerd: '1.6.20', runc: '1.1.5'});
  });

  test('relax the check of dates for forky only', async () => {
    const sets = await listRuntimeSets();
    const relaxed = sets.filter(({suite}) => suite.aptOptions.some((line) => line.includes('Check-Valid-Until')));
    expect(relaxed.map(({name}) => name)).toEqual(['forky']);
  });
});

describe('a set of the user', () => {
  let folder: string;
  let valid: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runtime-sets-'));
    valid = (await readFile(join(import.meta.dirname, 'bookworm.yaml'), 'utf8')).replace(
      'name: bookworm',
      'name: mine',
    );
  });
  afterEach(async () => rm(folder, {recursive: true}));

  test('is found by the name of its file', async () => {
    await writeFile(join(folder, 'mine.yaml'), valid);
    expect(await loadRuntimeSet('mine', folder)).toMatchObject({name: 'mine', suite: {name: 'bookworm'}});
  });

  test('that does not exist is answered with those that do', async () => {
    await writeFile(join(folder, 'mine.yaml'), valid);
    await expect(loadRuntimeSet('sid', folder)).rejects.toThrow(
      new UsageError('Cannot load runtime set "sid": there is none of this name, known are mine'),
    );
  });

  test.for([
    ['a missing key', (text: string) => text.replace(/^ {2}runc: .*\n/mu, ''), '"versions.runc"'],
    ['an unknown key', (text: string) => `${text}kernle: 6\n`, '"kernle"'],
    ['a number for a kernel', (text: string) => text.replace("'6.1'", '6.1'), '"kernel"'],
    [
      'a version that is none',
      (text: string) => text.replace('1.6.20', 'latest'),
      '"versions.containerd" has to be an upstream version such as 1.6.20',
    ],
    [
      'a mirror that is none',
      (text: string) => text.replace('http://', ''),
      '"suite.mirror" has to be an http or https URL',
    ],
    [
      'another name',
      (text: string) => text.replace('name: mine', 'name: yours'),
      'it has to be that of the file, "mine"',
    ],
    ['broken YAML', (text: string) => text.replace('suite:', 'suite: ['), 'line'],
    ['no content', () => '', 'the top level'],
  ] as const)('with %s is refused in one sentence', async ([, breakIt, words]) => {
    await writeFile(join(folder, 'mine.yaml'), breakIt(valid));
    const error = await loadRuntimeSet('mine', folder).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UsageError);
    const {message} = error as UsageError;
    expect(message).toContain(`Cannot load runtime set "${join(folder, 'mine.yaml')}": `);
    expect(message).toContain(words);
    expect(message).not.toMatch(/\n|\.$/u);
  });
});
