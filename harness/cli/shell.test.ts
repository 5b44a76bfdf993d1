import {mkdtempDisposable} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {exampleMachine, exampleRun} from '../report/example-run.ts';
import {writeRun} from '../report/run-file.ts';
import {plumbline} from './plumbline-process.ts';
import {shellOperands} from './shell.ts';

test.each([
  [[], ['shell'], 'latest', []],
  [['r1'], ['shell', 'r1'], 'r1', []],
  [['r1', 'id'], ['shell', 'r1', 'id'], 'r1', ['id']],
  [['r1', 'sh', '-c', 'id'], ['shell', 'r1', '--', 'sh', '-c', 'id'], 'r1', ['sh', '-c', 'id']],
  [['sh', '-c', 'id'], ['shell', '--cell', 'ctr', '--', 'sh', '-c', 'id'], 'latest', ['sh', '-c', 'id']],
  [['id', '--', 'x'], ['shell', '--', 'id', '--', 'x'], 'latest', ['id', '--', 'x']],
])('the operands %j of %j', (operands, argv, run, command) => {
  expect(shellOperands(operands, argv)).toEqual({run, command});
});

test.each(['qemu', 'vagrant'])('a machine of %s that is gone opens no shell', {timeout: 30_000}, async (provider) => {
  await using place = await mkdtempDisposable(join(tmpdir(), 'plumbline-shell-'));
  const details = {folder: join(place.path, 'gone')};
  const machine = {...exampleMachine(), kept: true, traits: {provider}, details};
  await writeRun(place.path, exampleRun({machines: [machine]}));
  const {exitCode, stderr} = await plumbline(['shell', place.path]);
  expect({exitCode, stderr}).toEqual({
    exitCode: 2,
    stderr:
      'Cannot open a shell in the machine "m1": it does not answer any more, as after "plumbline sweep" or a restart of this host\n',
  });
});
