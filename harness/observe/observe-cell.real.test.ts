import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Workload} from '../scenario/workload.ts';
import {startRealMachine, type RealMachine} from '../teardown/real-machine.ts';
import {isInFamily, type Observation} from './fact.ts';
import {families, observeCell} from './observe-cell.ts';

const {signal} = new AbortController();

/** A container of runc on the machine's own root: no image is needed to look at one. `edit` is a sed script for its config. */
const START = `
set -e
mkdir -p "/tmp/$1/rootfs"
mount --bind / "/tmp/$1/rootfs"
cd "/tmp/$1"
rm -f config.json
runc spec
sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "1000"/' config.json
sed -i "$2" config.json
runc run --detach "$1" >/dev/null 2>&1 </dev/null
runc state "$1" | sed -n 's/.*"pid": \\([0-9]*\\),/\\1/p'
`;

/** The same with a root of its own, to which this many files are written. */
const START_WRITTEN = `
set -e
mkdir -p "/tmp/$1/rootfs"
cd "/tmp/$1"
mount -t tmpfs tmpfs rootfs
mkdir rootfs/usr
mount --bind /usr rootfs/usr
cp -P /bin /lib* rootfs/
runc spec
sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "1000"/' config.json
# Times are as coarse as the kernel's clock ticks: what is written within the tick of the config is not newer.
until touch later && [ "$(find later -cnewer config.json)" ]; do :; done
mkdir rootfs/many
(cd rootfs/many; seq -w "$2" | xargs touch)
runc run --detach "$1" >/dev/null 2>&1 </dev/null
runc state "$1" | sed -n 's/.*"pid": \\([0-9]*\\),/\\1/p'
`;

describe.each(['bookworm', 'trixie', 'forky'])('observers in a machine of %s', (runtimeSet) => {
  let real: RealMachine;

  beforeAll(async () => {
    real = await startRealMachine(runtimeSet, signal);
  }, 600_000);
  afterAll(async () => real?.[Symbol.asyncDispose](), 60_000);

  const observe = async (id: string, edit = '', start = START, workload = {} as Workload): Promise<Observation> => {
    const {machine} = real;
    const pid = Number(await machine.succeed(['sh', '-c', start, 'sh', id, edit]));
    try {
      const running = {pid, bundle: `/tmp/${id}`, address: undefined, name: id};
      const context = {
        machine,
        running,
        workload,
        level: 'runc',
        network: 'isolated',
        reach: [],
      } as const;
      return await observeCell(context, {signal});
    } finally {
      await machine.succeed(['runc', 'delete', '--force', id]);
      await machine.succeed(['umount', '--lazy', `/tmp/${id}/rootfs`]);
    }
  };

  test('two containers from one spec have the same facts', async () => {
    const [one, other] = [await observe('one'), await observe('other')];
    expect(other.facts).toEqual(one.facts);
    expect(Object.keys(one.facts).length).toBeGreaterThan(400);
  });

  test('workers that are on their way up are waited for', async () => {
    const program =
      '"\\/bin\\/bash", "-c", "for cpu in $(seq $(nproc)); do (sleep 0.5; exec -a worker-$cpu sleep 1000) \\& done; wait"';
    const edit = `s/"sleep", "1000"/${program}/`;
    const {facts} = await observe('workers', edit, START, {workers: 'worker-'} as Workload);
    const tree = expect.arrayContaining(['bash uid 0', expect.stringMatching(/^(\d+ x )?sleep uid 0$/)]);
    expect(facts['process.tree']).toEqual(tree);
    expect(facts['process.tree']).toHaveLength(2);
  });

  test('every fact belongs to a documented family', async () => {
    const {facts, measurements} = await observe('families');
    const paths = [...Object.keys(facts), ...Object.keys(measurements)];
    expect(paths.filter((path) => !families.some((family) => isInFamily(family, path)))).toEqual([]);
  });

  test.each([
    ['a limit', 's/1024/512/', ['process.rlimits.RLIMIT_NOFILE.hard', 'process.rlimits.RLIMIT_NOFILE.soft']],
    ['a capability', 's/"CAP_KILL"/"CAP_KILL", "CAP_SYS_ADMIN"/', ['process.capabilities.effective']],
    ['noNewPrivileges', 's/"noNewPrivileges": true/"noNewPrivileges": false/', ['process.noNewPrivileges']],
    ['a masked path', 's/"maskedPaths": \\[/"maskedPaths": ["\\/proc\\/version",/', ['mounts./proc/version.type']],
    ['a host name', 's/"hostname": "runc"/"hostname": "other"/', ['sysctl.kernel.hostname']],
    ['a read-only root', 's/"readonly": true/"readonly": false/', ['mounts./.options']],
    ['a working directory', 's/"cwd": "\\/"/"cwd": "\\/tmp"/', ['process.cwd']],
    ['a network namespace', '/"type": "network"/,/}/s/"network"/"cgroup"/', ['namespaces.net']],
  ])('%s that changed shows in the spec and in the kernel', async (_, edit, paths) => {
    const [clean, edited] = [await observe('clean'), await observe('edited', edit)];
    const changed = [...new Set([...Object.keys(clean.facts), ...Object.keys(edited.facts)])].filter(
      (path) => JSON.stringify(clean.facts[path]) !== JSON.stringify(edited.facts[path]),
    );
    expect(changed).toEqual(expect.arrayContaining(paths));
    expect(changed.some((path) => path.startsWith('oci.'))).toBe(true);
  });

  test('of more files than are told, the same are each time', async () => {
    const {facts} = await observe('written', '1000', START_WRITTEN);
    const written = facts['rootfs.written'] as readonly string[];
    expect(written).toHaveLength(400);
    expect(written).toContain('/many/0001');
  });

  test('a workload that has ended is told as one, and not as a broken machine', async () => {
    const running = {pid: 4_000_000, bundle: '/tmp/none', address: undefined, name: 'none'};
    const context = {
      machine: real.machine,
      running,
      workload: {} as Workload,
      level: 'runc',
      network: 'isolated',
      reach: [],
    } as const;
    await expect(observeCell(context, {signal})).rejects.toMatchObject({
      failureClass: 'workload',
      message: 'Cannot observe "none": the workload has ended',
    });
  });
});
