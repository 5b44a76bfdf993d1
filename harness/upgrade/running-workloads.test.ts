import {expect, test} from 'vitest';
import type {Machine} from '../../vms/machine.ts';
import type {Workload} from '../scenario/workload.ts';
import {removeWorkloads} from './running-workloads.ts';
import {upgradeWorkloads} from './upgrade-workload.ts';

test('links are gone when their workload is removed: others of their names may be made at once', async () => {
  const asked: string[] = [];
  const machine = {
    exec: (argv: readonly string[]) => {
      asked.push(argv.join(' '));
      return Promise.resolve({exitCode: 0});
    },
  } as unknown as Machine;
  const nginx = {image: {name: 'nginx'}, port: 80, publishedPort: 8080} as Workload;
  const workloads = upgradeWorkloads(nginx, {liveRestore: false, restarted: []});
  await removeWorkloads(
    machine,
    workloads.filter(({level}) => level === 'ctr'),
  );
  expect(asked).toEqual([
    'ctr tasks delete --force upgrade-ctr',
    'ctr containers delete upgrade-ctr',
    'ip link delete up-ctr-out',
    'ip netns delete upgrade-ctr-net',
    'rm -rf /var/lib/plumbline',
  ]);
});
