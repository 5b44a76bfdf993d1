import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {exampleFailure, exampleRun} from '../report/example-run.ts';
import {readEvidence} from './evidence-text.ts';

test('what is in the folder of a run is read, and nothing that its links or its record lead to', async () => {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-page-'));
  onTestFinished(() => rm(home, {recursive: true, force: true}));
  const run = join(home, 'run');
  await mkdir(join(run, 'evidence'), {recursive: true});
  await writeFile(join(home, 'key'), 'a secret');
  await writeFile(join(run, 'evidence/machine.log'), 'a line');
  await symlink(join(home, 'key'), join(run, 'evidence/link'));
  await symlink(home, join(run, 'evidence/folder'));
  await symlink(run, join(home, 'latest'));
  const evidence = ['evidence/machine.log', 'evidence/link', 'evidence/folder/key', 'evidence/../../key', 'evidence'];
  const record = exampleRun({failures: [exampleFailure({evidence})]});
  const expected = new Map([['evidence/machine.log', {text: 'a line', omitted: 0}]]);
  expect(await readEvidence(run, record)).toEqual(expected);
  expect(await readEvidence(join(home, 'latest'), record)).toEqual(expected);
});
