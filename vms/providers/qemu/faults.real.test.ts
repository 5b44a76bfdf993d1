import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {realMachines, type RealMachines} from '../../contract/real-machines.ts';
import {HostError, MachineError, PlumblineError, ProvisionError} from '../../errors.ts';
import {folderProcesses} from '../../folder-processes.ts';
import {sweep} from '../../ledger/sweep.ts';
import {stateFolder} from '../../state.ts';
import {qemuDetails} from './machine.ts';
import {readPlan} from './plan.ts';
import {readProcess} from './launch.ts';
import {qemu} from './provider.ts';

const START_MS = 400_000;
let machines: RealMachines;

beforeAll(async () => {
  machines = await realMachines(qemu, 'bookworm', new AbortController().signal);
}, START_MS);
afterAll(async () => machines?.[Symbol.asyncDispose]());

const reasonOf = async (promise: Promise<unknown>): Promise<PlumblineError> => {
  const reason: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(PlumblineError);
  return reason as PlumblineError;
};

test('a machine that goes leaves nothing, also when it goes twice', async () => {
  const machine = await machines.start();
  const {folder} = qemuDetails.parse(machine.reference.details);
  expect(await folderProcesses(folder)).not.toEqual([]);
  await machine[Symbol.asyncDispose]();
  await machine[Symbol.asyncDispose]();
  expect(await folderProcesses(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test('two machines run at once on one snapshot, each with its own disk and memory', async () => {
  await using first = await machines.start();
  await using second = await machines.start();
  await Promise.all([first.put('/root/mine', 'first'), second.put('/root/mine', 'second')]);
  expect(await Promise.all([first, second].map(async (one) => one.succeed(['cat', '/root/mine'])))).toEqual([
    'first',
    'second',
  ]);
});

test('a machine whose QEMU is killed is the fault of the guest, and QEMU is named', async () => {
  await using machine = await machines.start();
  const {folder} = qemuDetails.parse(machine.reference.details);
  const running = reasonOf(machine.exec(['sleep', '984']));
  process.kill((await readProcess(folder))?.pid ?? 0, 'SIGKILL');
  const reason = await running;
  expect(reason).toBeInstanceOf(MachineError);
  expect(reason.message).toMatch(/^Cannot run "sleep 984": the machine is gone, QEMU has ended/u);
});

test('a kernel that panics ends the command at once, and its words are said', async () => {
  await using machine = await machines.start();
  const reason = await reasonOf(machine.exec(['sh', '-c', 'echo c >/proc/sysrq-trigger; sleep 983']));
  expect(reason).toMatchObject({failureClass: 'guest', layer: 'kernel'});
  expect(reason.message).toMatch(/kernel says (?:panic|oops), .*sysrq/iu);
});

test('a machine that is larger than the host is refused before anything is made', async () => {
  const reason = await reasonOf(machines.start({memoryMiB: 100_000_000}));
  expect(reason).toBeInstanceOf(HostError);
  expect(reason.message).toMatch(
    /^Cannot start a qemu machine: \d+ MiB of memory are free, a machine of 100000000 MiB needs 100000700$/u,
  );
});

test('a state that was damaged is made again', {timeout: START_MS}, async () => {
  const {argv, ready} = await planOf();
  expect(argv).toContain('-incoming');
  await rm(ready.state);
  await using machine = await machines.start();
  expect(await machine.succeed(['echo', 'back'])).toBe('back\n');
});

test('what a killed run leaves is swept', {timeout: START_MS}, async () => {
  const program = `
    const {realMachines} = await import(${JSON.stringify(join(import.meta.dirname, '../../contract/real-machines.ts'))});
    const {qemu} = await import(${JSON.stringify(join(import.meta.dirname, 'provider.ts'))});
    const machines = await realMachines(qemu, 'bookworm', new AbortController().signal);
    const machine = await machines.start();
    console.log(machine.reference.details.folder);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [folder] = (await once(createInterface({input: child.stdout}), 'line')) as [string];
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(folder).toContain(stateFolder('machines'));
  expect(await folderProcesses(folder)).not.toEqual([]);
  const swept = await sweep({kept: false});
  expect(swept.flatMap(({removed}) => removed)).toContainEqual({kind: 'processes', path: folder});
  expect(swept.flatMap(({failed}) => failed)).toEqual([]);
  expect(await folderProcesses(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test('what can not be accelerated says why when it is forced', {timeout: START_MS}, async ({skip}) => {
  const [note = ''] =
    (await qemu.prepare?.(
      {image: machines.image, files: []},
      {report: () => {}, signal: new AbortController().signal},
    )) ?? [];
  skip(!note.includes('with tcg'), 'this host accelerates');
  const reason = await reasonOf(machines.start({acceleration: 'kvm'}));
  expect(reason).toBeInstanceOf(ProvisionError);
  expect(reason.message).toMatch(/^Cannot boot machine "bookworm": /u);
});

/** The plan of a machine that was started for it and is gone. */
const planOf = async () => {
  await using machine = await machines.start();
  return readPlan(qemuDetails.parse(machine.reference.details).folder);
};
