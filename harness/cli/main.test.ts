import {chmod, mkdir, mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {plumbline} from './plumbline-process.ts';
import {scenarioText} from './scenario-text.ts';

test.for([undefined, 0o755])(
  'the cache is for its owner alone, whatever its mode was: %o',
  {timeout: 30_000},
  async (before) => {
    const home = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
    onTestFinished(() => rm(home, {recursive: true, force: true}));
    const folder = join(home, 'plumbline');
    if (before !== undefined) {
      await mkdir(folder);
      await chmod(folder, before);
    }
    const {exitCode} = await plumbline(['--version'], {XDG_CACHE_HOME: home});
    expect(exitCode).toBe(0);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'node'))).isDirectory()).toBe(true);
  },
);

test('a cache that can not be made keeps no command from its answer', {timeout: 30_000}, async () => {
  const {exitCode, stderr} = await plumbline(['--version'], {XDG_CACHE_HOME: '/dev/null'});
  expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''});
});

test('where doctor finds a program, whatever is started finds it too', {timeout: 30_000}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const file = join(folder, 'path.scenario.ts');
  await writeFile(file, scenarioText(`throw new Error(process.env['PATH']);`));
  const {stderr} = await plumbline(['list', file], {PATH: '/usr/bin:/bin'});
  expect(stderr).toContain('line 5, /usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin\n');
});
