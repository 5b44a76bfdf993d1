import {existsSync} from 'node:fs';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest';
import {reasonOf, startElsewhere} from '../../contract/faults.ts';
import {realMachines, type RealMachines} from '../../contract/real-machines.ts';
import {HostError, MachineError} from '../../errors.ts';
import {folderProcesses} from '../../folder-processes.ts';
import {sweep} from '../../ledger/sweep.ts';
import {limaDetails} from './details.ts';
import {instancePaths} from './instance.ts';
import {lima} from './provider.ts';

const START_MS = 900_000;
let machines: RealMachines;

beforeAll(async () => {
  machines = await realMachines(lima, 'bookworm', new AbortController().signal);
}, START_MS);
afterAll(async () => machines?.[Symbol.asyncDispose]());

/** Folders and processes that a machine has on this host. */
const heldBy = async (folder: string, home: string) => ({
  folders: [folder, home].filter((path) => existsSync(path)),
  processes: await folderProcesses(home),
});

const NOTHING = {folders: [], processes: []};

test('Lima never runs as root, and its log and console are evidence', async () => {
  await using machine = await machines.start();
  const {home} = limaDetails.parse(machine.reference.details);
  const owners = await Promise.all(
    (await folderProcesses(home, ['limactl', 'qemu'])).map(async (pid) =>
      /^Uid:\t(\d+)/mu.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.at(1),
    ),
  );
  expect(owners).toHaveLength(2);
  expect(owners).not.toContain('0');
  const folder = await mkdtemp(join(tmpdir(), 'evidence-test-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  const files = (await machine.evidence(folder)).map((file) => file.slice(folder.length + 1));
  expect(files).toEqual(expect.arrayContaining(['ha.stderr.log', 'serial.log', 'journal.log']));
});

test('a machine that goes leaves nothing, also when it goes twice', async () => {
  const machine = await machines.start();
  const {folder, home} = limaDetails.parse(machine.reference.details);
  expect((await heldBy(folder, home)).processes).not.toEqual([]);
  await machine[Symbol.asyncDispose]();
  await machine[Symbol.asyncDispose]();
  expect(await heldBy(folder, home)).toEqual(NOTHING);
});

test('a machine whose QEMU is killed is the fault of the guest', async () => {
  await using machine = await machines.start();
  const {home} = limaDetails.parse(machine.reference.details);
  const running = reasonOf(machine.exec(['sleep', '984']));
  for (const pid of await folderProcesses(home, ['qemu'])) process.kill(pid, 'SIGKILL');
  const reason = await running;
  expect(reason).toBeInstanceOf(MachineError);
  expect(reason.message).toMatch(/^Cannot run "sleep 984": the machine is gone, QEMU has ended/u);
});

test('a snapshot that QEMU refuses is refused, though Lima says that it was made', async () => {
  await using machine = await machines.start();
  const {home} = limaDetails.parse(machine.reference.details);
  // QEMU can keep no state while a device says that it can't be moved: a disk of a format without snapshots is one.
  const {control} = instancePaths({home});
  const {withQmp} = await import('../qemu/qmp.ts');
  await withQmp(control, AbortSignal.timeout(60_000), async (qmp) => {
    expect(await qmp.monitor('drive_add 0 if=none,id=none,format=raw,file=null-co://')).toMatch(/^(?:OK)?$/u);
  });
  const reason = await reasonOf(machine.snapshots?.snapshot('refused'));
  expect(reason.message).toBe('Cannot keep the machine as "refused": Lima lists no such snapshot');
});

test('a machine that is larger than the host is refused before anything is made', async () => {
  const reason = await reasonOf(machines.start({memoryMiB: 100_000_000}));
  expect(reason).toBeInstanceOf(HostError);
  expect(reason.message).toMatch(/^Cannot start a lima machine: \d+ MiB of memory are free/u);
});

test('what a killed run leaves is swept', {timeout: START_MS}, async () => {
  const owner = await startElsewhere('lima');
  const {folder, home} = limaDetails.parse(owner.details);
  await owner.kill();
  expect((await heldBy(folder, home)).processes).not.toEqual([]);
  const swept = await sweep({kept: false});
  expect(swept.flatMap(({removed}) => removed)).toContainEqual({kind: 'processes', path: home});
  expect(swept.flatMap(({failed}) => failed)).toEqual([]);
  expect(await heldBy(folder, home)).toEqual(NOTHING);
});
