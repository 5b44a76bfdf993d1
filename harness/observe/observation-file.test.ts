import {mkdtempDisposable, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {UsageError} from '../../vms/errors.ts';
import {readObservation, writeObservation, type ObservationRecord} from './observation-file.ts';

const record: ObservationRecord = {
  schemaVersion: 1,
  cell: 'nginx › docker · published [bookworm]',
  scenario: 'nginx',
  level: 'docker',
  network: 'published',
  runtimeSet: 'bookworm',
  repetition: 1,
  versions: {runc: '1.1.5'},
  facts: {'process.umask': '0022', 'network.rules': ['a', 'b']},
  measurements: {'memory.shim': {value: 1, unit: 'bytes'}},
  rates: {'resources.oom.flagged': {hits: 1, of: 12}},
  steps: [],
};

test('what was written is read back, a fact a line', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'observation-'));
  const file = await writeObservation(folder.path, record);
  expect(await readObservation(file)).toEqual(record);
  expect(await readFile(file, 'utf8')).toContain('\n  "network.rules": ["a","b"]\n');
});

test.each([
  ['{"schemaVersion": 1, "cell": "a', /: it is not whole JSON/],
  ['{"schemaVersion": 2}', /: its schemaVersion is 2, this plumbline reads 1$/],
  ['null', /: its schemaVersion is missing/],
  [JSON.stringify({...record, facts: {a: {b: 1}}}), /: key "facts\.a" is wrong/],
])('%s is refused', async (content, sentence) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'observation-'));
  const file = join(folder.path, 'a.json');
  await writeFile(file, content);
  const error = await readObservation(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toMatch(sentence);
});
