import {existsSync} from 'node:fs';
import {randomUUID} from 'node:crypto';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {execa} from 'execa';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {reasonOf, startElsewhere} from '../../contract/faults.ts';
import {realMachines, type RealMachines} from '../../contract/real-machines.ts';
import {HostError, MachineError, ProvisionError} from '../../errors.ts';
import {folderProcesses, killFolderProcesses} from '../../folder-processes.ts';
import {cacheFolder, entryPaths} from '../../image/cache-folder.ts';
import {listCache} from '../../image/cache-prune.ts';
import {sweep} from '../../ledger/sweep.ts';
import {stateFolder} from '../../state.ts';
import {makeKey} from '../../transport/ssh-key.ts';
import {qemuDetails} from './machine.ts';
import {readPlan} from './plan.ts';
import {readProcess} from './launch.ts';
import {qemu} from './provider.ts';
import {wake} from './wake.ts';

const START_MS = 700_000;
let machines: RealMachines;

beforeAll(async () => {
  machines = await realMachines(qemu, 'bookworm', new AbortController().signal);
}, START_MS);
afterAll(async () => machines?.[Symbol.asyncDispose]());

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
  const dialled = performance.now();
  const other = await reasonOf(machine.dialFromOutside({host: machine.traits.address, port: 80}, 60_000));
  expect(performance.now() - dialled).toBeLessThan(10_000);
  expect(other.message).toMatch(/^Cannot connect to "10\.0\.2\.15:80": the machine is gone, QEMU has ended/u);
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

test('a start that fails leaves a snapshot to the machine that has it', {timeout: START_MS}, async () => {
  await using first = await machines.start();
  const {state} = readPlan(qemuDetails.parse(first.reference.details).folder).ready;
  const sound = join(tmpdir(), randomUUID());
  await execa('cp', ['--preserve=timestamps', state, sound]);
  // Of the same size and time, as what a start has not come up from for another reason is sound to the cache.
  await execa('sh', [
    '-c',
    'head --bytes="$(stat --format=%s "$2")" /dev/zero >"$1"; touch --reference="$2" "$1"',
    'sh',
    state,
    sound,
  ]);
  const reason = await reasonOf(machines.start());
  await execa('cp', ['--preserve=timestamps', sound, state]);
  await rm(sound);
  expect(reason.message).toMatch(/^Cannot start a qemu machine: /u);
  await first.snapshots?.restore('ready');
  expect(await first.succeed(['echo', 'back'])).toBe('back\n');
});

test('what a killed run leaves is swept', {timeout: START_MS}, async () => {
  const owner = await startElsewhere('qemu');
  const {folder} = qemuDetails.parse(owner.details);
  await owner.kill();
  expect(folder).toContain(stateFolder('machines'));
  expect(await folderProcesses(folder)).not.toEqual([]);
  const swept = await sweep({kept: false});
  expect(swept.flatMap(({removed}) => removed)).toContainEqual({kind: 'processes', path: folder});
  expect(swept.flatMap(({failed}) => failed)).toEqual([]);
  expect(await folderProcesses(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

test('what a killed boot leaves is swept', {timeout: START_MS}, async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'boot-test-'));
  const program = `
    const {realMachines} = await import(${JSON.stringify(join(import.meta.dirname, '../../contract/real-machines.ts'))});
    const {qemu} = await import(${JSON.stringify(join(import.meta.dirname, 'provider.ts'))});
    const machines = await realMachines(qemu, 'bookworm', new AbortController().signal);
    await machines.start({files: [{path: '/etc/plumbline-test/never', content: '${randomUUID()}', mode: 0o600}]});`;
  const elsewhere = execa(process.execPath, ['--input-type=module', '--eval', program], {
    env: {TMPDIR: temporary},
    reject: false,
  });
  const left = async () => readdir(temporary, {recursive: true});
  while (!(await left()).some((path) => path.endsWith('/door'))) await setTimeout(10);
  elsewhere.kill('SIGKILL');
  await elsewhere;
  expect(await left()).not.toEqual([]);
  await sweep({kept: false});
  expect(await left()).toEqual([]);
  await rm(temporary, {recursive: true});
});

test('what can not be accelerated says why when it is forced', {timeout: START_MS}, async ({skip}) => {
  const [note = ''] =
    (await qemu.prepare?.(
      {image: machines.image, files: []},
      {report: () => {}, signal: new AbortController().signal},
    )) ?? [];
  skip(!note.includes('with tcg'), 'this host accelerates');
  const reason = await reasonOf(machines.start({acceleration: 'kvm'}));
  expect(reason).toBeInstanceOf(HostError);
  expect(reason.message).toMatch(/^Cannot start a machine with kvm: .+/u);
});

test('a machine that can not be entered says what ssh has said', async () => {
  await using machine = await machines.start();
  const {folder} = qemuDetails.parse(machine.reference.details);
  await killFolderProcesses(folder);
  const [type, key] = (await makeKey(join(folder, 'other'))).split(' ');
  const budget = AbortSignal.timeout(3000 * machine.traits.slowness);
  const reason = await reasonOf(wake({...readPlan(folder), publicKey: `${type} ${key}`}, budget));
  expect(reason).toBeInstanceOf(ProvisionError);
  expect(reason.message).toMatch(/^Cannot start a qemu machine: .*Permission denied/u);
});

test('a clock that was far off is right after a restore', async () => {
  await using machine = await machines.start();
  await machine.succeed(['date', '--set', '@1000000000']);
  await machine.snapshots?.snapshot('past');
  await machine.snapshots?.restore('past');
  const seconds = Number(await machine.succeed(['date', '+%s']));
  expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5 + machine.traits.slowness);
});

test('a name that is used again after a restore is that of the new snapshot', async () => {
  await using machine = await machines.start();
  for (const time of ['first', 'second']) {
    await machine.put('/root/time', time);
    await machine.snapshots?.snapshot('again');
    await machine.snapshots?.restore('ready');
  }
  await machine.snapshots?.restore('again');
  expect(Buffer.from(await machine.get('/root/time')).toString()).toBe('second');
});

test('a loopback without a free port is told, and the snapshot is not blamed', {timeout: START_MS}, async () => {
  const program = `
    const {createServer} = await import('node:net');
    const {realMachines} = await import(${JSON.stringify(join(import.meta.dirname, '../../contract/real-machines.ts'))});
    const {qemu} = await import(${JSON.stringify(join(import.meta.dirname, 'provider.ts'))});
    await using machines = await realMachines(qemu, 'bookworm', new AbortController().signal);
    for (const port of [40000, 40001]) await new Promise((resolve) => createServer().listen(port, '127.0.0.1', resolve));
    const reason = await machines.start().catch((error) => error);
    console.log(JSON.stringify({message: reason.message, failureClass: reason.failureClass}));
    process.exit();`;
  const script = `ip link set lo up; sysctl -qw net.ipv4.ip_local_port_range='40000 40001'; exec "$@"`;
  const {stdout} = await execa('unshare', [
    '--net',
    'sh',
    '-c',
    script,
    'sh',
    process.execPath,
    '--input-type=module',
    '--eval',
    program,
  ]);
  const before = await planOf();
  expect(JSON.parse(stdout)).toEqual({
    message: "Cannot start a qemu machine: no port of this host's loopback is free",
    failureClass: 'host',
  });
  expect((await planOf()).ready).toEqual(before.ready);
});

test('two first starts at once boot one machine, and both have its files', {timeout: START_MS}, async () => {
  const files = [{path: '/etc/plumbline-test/told', content: randomUUID(), mode: 0o600}];
  const known = new Set((await listCache()).map(({key}) => key));
  await using undo = new AsyncDisposableStack();
  const pair = await Promise.all([machines.start({files}), machines.start({files})]);
  for (const machine of pair) undo.use(machine);
  for (const machine of pair) {
    expect(Buffer.from(await machine.get('/etc/plumbline-test/told')).toString()).toBe(files[0]?.content);
  }
  const made = (await listCache()).filter(({key}) => !known.has(key));
  expect(made.map(({kind}) => kind)).toEqual(['vm-ready']);
  await undo.disposeAsync();
  // Of no use to anyone: these files are never asked for again.
  for (const {kind, key} of made) await rm(entryPaths(cacheFolder(), kind, key).entry, {recursive: true});
});

/** The plan of a machine that was started for it and is gone. */
const planOf = async () => {
  await using machine = await machines.start();
  return readPlan(qemuDetails.parse(machine.reference.details).folder);
};
