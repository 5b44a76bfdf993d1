import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {providers} from '../../vms/providers.ts';
import {plumbline} from './plumbline-process.ts';
import {TestPlace} from './test-place.ts';

const RUN_MS = 1_500_000;

// Which providers are tried is the test project's choice: see harness/vitest.config.ts.
const chosen = providers.filter(({name}) => process.env['PLUMBLINE_CONTRACT']?.split(',').includes(name));

test.each(chosen)(
  'nginx is reached as it must be, under docker and under runc, in a machine of $name',
  async ({name}) => {
    const place = await TestPlace.make();
    onTestFinished(() => place[Symbol.asyncDispose]());
    const reports = join(place.folder, 'reports');
    const argv = ['run', '--machine', name, '--level', 'docker,runc', '--reports', reports];
    const {exitCode, stderr} = await plumbline(
      [...argv, 'scenarios/nginx.scenario.ts'],
      {XDG_STATE_HOME: place.folder},
      RUN_MS,
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const [record] = await place.records();
    expect(record?.cells.map(({level, network, status}) => [level, network, status])).toEqual([
      ['docker', 'published', 'passed'],
      ['runc', 'netns', 'passed'],
    ]);
    expect(record?.machines.map(({traits}) => traits.provider)).toContain(name);
    expect(await place.leftovers()).toEqual([]);
  },
  RUN_MS,
);
