import {expect, onTestFinished, test} from 'vitest';
import {providers} from '../../vms/providers.ts';
import {TestPlace} from './test-place.ts';

const RUN_MS = 1_500_000;

// Which providers are tried is the test project's choice: see harness/vitest.config.ts.
const chosen = providers.filter(({name}) => process.env['PLUMBLINE_CONTRACT']?.split(',').includes(name));

test.each(chosen)(
  'nginx is reached as it must be, under docker and under runc, in a machine of $name',
  async ({name}) => {
    const place = await TestPlace.make();
    onTestFinished(() => place[Symbol.asyncDispose]());
    const argv = ['--level', 'docker,runc', 'scenarios/nginx.scenario.ts'];
    const {exitCode, stderr} = await place.startRunIn(name, argv, RUN_MS);
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
  // Longer than a run that is given up, which is to be told by what it has said.
  RUN_MS + 100_000,
);
