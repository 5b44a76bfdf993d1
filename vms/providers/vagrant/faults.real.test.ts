import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {execa} from 'execa';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {reasonOf, startElsewhere} from '../../contract/faults.ts';
import {realMachines, type RealMachines} from '../../contract/real-machines.ts';
import {HostError, MachineError} from '../../errors.ts';
import {sweep, usedCacheEntries} from '../../ledger/sweep.ts';
import {qemuOf, vagrantDetails} from './machine.ts';
import {readPlan} from './plan.ts';
import {vagrant} from './provider.ts';

const START_MS = 900_000;
let machines: RealMachines;

beforeAll(async () => {
  machines = await realMachines(vagrant, 'bookworm', new AbortController().signal);
}, START_MS);
afterAll(async () => machines?.[Symbol.asyncDispose]());

const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Where a libvirt, a Vagrant or a network of theirs would show on this host. */
const hostState = async () => ({
  files: [
    '/var/lib/libvirt',
    '/var/lib/libvirt/images',
    '/run/libvirt',
    '/etc/libvirt',
    '/etc/libvirt/qemu/networks',
  ].map((folder) => [folder, namesIn(folder)]),
  bridges: namesIn('/sys/class/net').filter((link) => namesIn(`/sys/class/net/${link}`).includes('bridge')),
  firewall: (await execa('iptables-save', {reject: false})).stdout
    .split('\n')
    .filter((line) => line.includes('LIBVIRT')),
  home: namesIn(`${process.env['HOME']}/.vagrant.d`),
  mounts: readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => /plumbline|libvirt/u.test(line)),
});

/** What a machine holds on this host: its folder, its cgroups, and the processes in them. */
const heldBy = (folder: string, cgroups: readonly string[]) => ({
  folders: [folder, ...cgroups].filter((path) => existsSync(path)),
  processes: cgroups.flatMap((cgroup) =>
    existsSync(cgroup) ? readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean) : [],
  ),
});

const NOTHING = {folders: [], processes: []};

test('a machine shows nowhere else on this host, and leaves nothing when its QEMU was killed and it goes twice', async () => {
  const before = await hostState();
  const machine = await machines.start();
  const {folder} = vagrantDetails.parse(machine.reference.details);
  const plan = readPlan(folder);
  const {cgroups} = plan.namespaces;
  const programs = heldBy(folder, cgroups.slice(0, 1)).processes.map((pid) =>
    readFileSync(`/proc/${pid}/comm`, 'utf8').trim(),
  );
  expect(programs).toEqual(expect.arrayContaining(['libvirtd', 'dnsmasq', 'qemu-system-x86']));
  expect(await hostState()).toEqual(before);

  const running = reasonOf(machine.exec(['sleep', '984']));
  process.kill(qemuOf(plan) ?? 0, 'SIGKILL');
  const reason = await running;
  expect(reason).toBeInstanceOf(MachineError);
  expect(reason.message).toMatch(/^Cannot run "sleep 984": the machine is gone, QEMU has ended/u);

  await machine[Symbol.asyncDispose]();
  await machine[Symbol.asyncDispose]();
  expect(heldBy(folder, cgroups)).toEqual(NOTHING);
  expect(await hostState()).toEqual(before);
});

test('a machine that is larger than the host is refused before anything is made', async () => {
  const reason = await reasonOf(machines.start({memoryMiB: 100_000_000}));
  expect(reason).toBeInstanceOf(HostError);
  expect(reason.message).toMatch(/^Cannot start a vagrant machine: \d+ MiB of memory are free/u);
});

test('what can not be accelerated says why when it is forced, and leaves nothing', async ({skip}) => {
  const [note = ''] =
    (await vagrant.prepare?.(
      {image: machines.image, files: []},
      {report: () => {}, signal: new AbortController().signal},
    )) ?? [];
  skip(!note.includes('with tcg'), 'this host accelerates');
  const before = await hostState();
  const reason = await reasonOf(machines.start({acceleration: 'kvm'}));
  expect(reason).toBeInstanceOf(HostError);
  expect(reason.message).toMatch(/^Cannot start a machine with kvm: .+/u);
  expect(await hostState()).toEqual(before);
});

test('what a killed run leaves is swept', async () => {
  const before = await hostState();
  const owner = await startElsewhere('vagrant');
  const {folder} = vagrantDetails.parse(owner.details);
  const {cgroups} = readPlan(folder).namespaces;
  await owner.kill();
  expect(heldBy(folder, cgroups).processes).not.toEqual([]);
  expect([...(await usedCacheEntries())].filter((path) => path.includes('/vagrant-box/'))).not.toEqual([]);
  const swept = await sweep({kept: false});
  expect(swept.flatMap(({removed}) => removed)).toContainEqual({kind: 'folder', path: folder});
  expect(swept.flatMap(({failed}) => failed)).toEqual([]);
  expect(heldBy(folder, cgroups)).toEqual(NOTHING);
  expect(await hostState()).toEqual(before);
});
