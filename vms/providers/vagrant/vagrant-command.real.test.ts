import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {identify} from '../../processes.ts';
import {runVagrant, vagrantLog} from './vagrant-command.ts';

test('a command of Vagrant that does not end is in the log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vagrant-command-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  const namespaces = {init: await identify(process.pid), cgroups: [folder]};
  const running = runVagrant({folder, namespaces}, ['global-status'], {action: 'look', timeoutMs: 50});
  await expect(running).rejects.toThrow('Cannot look: vagrant has not ended within 0 s');
  expect(await readFile(join(folder, vagrantLog), 'utf8')).toContain('$ vagrant global-status --machine-readable\n');
});
