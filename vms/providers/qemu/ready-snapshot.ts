import {createHash, randomUUID} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {CommandError} from '../../errors.ts';
import {step, type BakeContext} from '../../image/bake-report.ts';
import {discardEntry} from '../../image/cache-prune.ts';
import {openEntry, type CacheEntry} from '../../image/cache.ts';
import {keyOf} from '../../image/content-key.ts';
import {initrdFiles} from '../../image/initrd.ts';
import {diskFiles} from '../../image/vm-disk.ts';
import type {VmLayerFacts} from '../../image/vm-layer.ts';
import {Ledger} from '../../ledger/ledger.ts';
import type {Acceleration, MachineFile, MachineSpec} from '../../machine.ts';
import {isAlive} from '../../processes.ts';
import {socketFolder} from '../../socket-folder.ts';
import {knownHostsLine} from '../../transport/ssh-argv.ts';
import {openControl} from '../../transport/ssh-connection.ts';
import {makeKey} from '../../transport/ssh-key.ts';
import {runRemote} from '../../transport/ssh-session.ts';
import {slowness} from './acceleration.ts';
import {qemuArgv, type QemuSpec} from './argv.ts';
import {startFailure} from './boot-failure.ts';
import {awaitConsoleComplaint, ConsoleWatch} from '../../guest/console-watch.ts';
import {deadline} from './deadlines.ts';
import {awaitReady, greet} from '../../guest/door.ts';
import {launchQemu, machineFiles, makeOverlay} from './launch.ts';
import {withNewQmp, withQmp} from './qmp.ts';
import {openRunningMemory} from './running-memory.ts';
import {saveState} from './snapshot-state.ts';
import {forwardedPort} from './user-network.ts';

/** What a snapshot of a machine whose daemons answer is made of, and for. */
export interface ReadySpec {
  readonly runtimeSet: string;
  readonly disk: CacheEntry<VmLayerFacts>;
  /** Put on the disk before the machine boots. */
  readonly files: readonly MachineFile[];
  /** See {@link MachineSpec.setUp}. */
  readonly setUp: MachineSpec['setUp'];
  readonly qemuVersion: string;
  readonly shape: MachineShape;
}

/** What may differ between machines of one disk. */
export interface MachineShape {
  readonly acceleration: Acceleration;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly counterMhz: number | undefined;
}

/** What is known of such a snapshot. */
export interface ReadyFacts {
  readonly bootId: string;
  readonly kernel: string;
  /** From the start of QEMU until the daemons answered. */
  readonly bootMs: number;
}

/** Files of the entry, relative to its content. */
export const readyFiles = {disk: 'disk.qcow2', memory: 'memory', state: 'state', initrd: 'initrd'} as const;

/** What a machine was told before the snapshot, so what each machine made from it says first. */
export const readyGeneration = 'ready';

const KIND = 'vm-ready';
/** Raised when something changes that neither the command line nor the disk shows. */
const FORMAT = 1;
/** A boot that comes to nothing mostly says so on its console, so there is time for one on a host with other work. */
const BOOT_BUDGET_MS = 40_000;
/** For entering the machine and setting it up. */
const SET_UP_BUDGET_MS = 80_000;
const SAVE_BUDGET_MS = 5000;

/**
 * The snapshot of a machine whose daemons answer, made by booting one when it is not in the cache: half a minute under emulation.
 * Another QEMU, processor, size or set of files is another snapshot, so a stale one is never loaded.
 */
export const openReadySnapshot = async (spec: ReadySpec, context: BakeContext): Promise<CacheEntry<ReadyFacts>> =>
  openEntry(
    {
      kind: KIND,
      key: readyKey(spec),
      what: `machine "${spec.runtimeSet}", ready`,
      neededBytes: 1_500_000_000,
      make: async (content, scratch) =>
        step(context, `${spec.runtimeSet}: boot the machine (${spec.shape.acceleration})`, async () =>
          makeReady(spec, content, scratch, context.signal),
        ),
    },
    context,
  );

/**
 * Throws away a snapshot that machines do not start from, so that it is made again. Returns false, and leaves it, when others use it: what
 * they started from is not to blame.
 */
export const discardReadySnapshot = async (
  spec: ReadySpec,
  {seal}: CacheEntry<ReadyFacts>,
  signal: AbortSignal,
): Promise<boolean> => discardEntry({kind: KIND, key: readyKey(spec)}, seal, signal);

/** The initial RAM file system that a machine of this snapshot has. */
export const initrdOf = (spec: Pick<ReadySpec, 'disk' | 'files'>, content: string): string =>
  spec.files.length === 0 ? join(spec.disk.content, diskFiles.initrd) : join(content, readyFiles.initrd);

const readyKey = ({disk, files, setUp, qemuVersion, shape}: ReadySpec): string =>
  keyOf({
    FORMAT,
    disk: disk.seal,
    setUp,
    qemuVersion,
    argv: qemuArgv({...shape, ...noPaths}),
    // A virtualised processor has what the host's has.
    host: shape.acceleration === 'tcg' ? undefined : cpus()[0]?.model,
    files: files.map(({path, content, mode}) => [path, mode, createHash('sha256').update(content).digest('hex')]),
  });

const noPaths: Omit<QemuSpec, keyof MachineShape> = {
  name: '',
  kernel: '',
  initrd: '',
  disk: '',
  memory: '',
  isMemoryShared: false,
  console: '',
  door: '',
  control: '',
  isIncoming: false,
};

const makeReady = async (
  spec: ReadySpec,
  content: string,
  scratch: string,
  signal: AbortSignal,
): Promise<ReadyFacts> => {
  await using undo = new AsyncDisposableStack();
  const runId = `vm-ready-${randomUUID()}`;
  const ledger = undo.use(await Ledger.start(runId));
  const sockets = await socketFolder(scratch, ledger, undo);
  const memory = undo.use(
    await openRunningMemory(join(content, readyFiles.memory), `plumbline-${runId}`, spec.shape.memoryMiB * 1024 ** 2),
  );
  const [overlay, state] = [join(content, readyFiles.disk), join(content, readyFiles.state)];
  await makeOverlay(overlay, join(spec.disk.content, diskFiles.disk), 'raw');
  const initrd = initrdOf(spec, content);
  if (spec.files.length > 0) {
    await writeFile(
      initrd,
      Buffer.concat([await readFile(join(spec.disk.content, diskFiles.initrd)), initrdFiles(spec.files)]),
    );
  }
  const argv = qemuArgv({
    ...spec.shape,
    name: `plumbline ${spec.runtimeSet}`,
    kernel: join(spec.disk.content, diskFiles.kernel),
    initrd,
    disk: overlay,
    memory: memory.file,
    isMemoryShared: true,
    console: join(scratch, machineFiles.console),
    door: join(sockets, 'door'),
    control: join(sockets, 'qmp'),
    isIncoming: false,
  });
  let waitingFor = 'QEMU';
  try {
    const startedAt = performance.now();
    const {identity, ended} = await launchQemu(argv, {folder: scratch, isTied: true});
    undo.defer(async () => {
      while (isAlive(identity)) {
        process.kill(identity.pid, 'SIGKILL');
        await setTimeout(5);
      }
    });
    const console = new ConsoleWatch(join(scratch, machineFiles.console));
    const over = new AbortController();
    undo.defer(() => over.abort());
    const within = (ms: number): AbortSignal => {
      const budget = deadline(ms, spec.shape.acceleration, signal, ended, over.signal);
      return AbortSignal.any([budget, awaitConsoleComplaint(console, budget)]);
    };
    const booting = within(BOOT_BUDGET_MS);
    const control = join(sockets, 'qmp');
    const port = await withNewQmp(control, booting, forwardedPort);
    waitingFor = 'the daemons';
    await awaitReady(join(sockets, 'door'), booting);
    const bootMs = Math.round(performance.now() - startedAt);
    waitingFor = 'sshd';
    const {bootId, kernel} = await enterOnce(spec, port, sockets, scratch, within(SET_UP_BUDGET_MS));
    waitingFor = 'the snapshot';
    const saving = within(SAVE_BUDGET_MS);
    await withQmp(control, saving, (qmp) => saveState(qmp, state, saving));
    await memory.keep(signal);
    return {bootId, kernel, bootMs};
  } catch (error) {
    const console = join(scratch, machineFiles.console);
    const log = join(scratch, machineFiles.log);
    throw await startFailure({action: `boot machine "${spec.runtimeSet}"`, console, log, argv, waitingFor}, error);
  }
};

/** Enters the machine once, which makes it what it is to be and warms up its ssh. Returns the last welcome. */
const enterOnce = async (
  {disk, setUp, shape}: ReadySpec,
  port: number,
  sockets: string,
  scratch: string,
  signal: AbortSignal,
) => {
  const door = join(sockets, 'door');
  const identity = join(scratch, 'key');
  const publicKey = await makeKey(identity);
  await greet(door, 'set-up', publicKey, signal);
  const knownHosts = join(scratch, 'known_hosts');
  await writeFile(knownHosts, knownHostsLine(disk.facts.hostKey));
  const control = join(sockets, 'ssh');
  await openControl(
    {host: '127.0.0.1', port, user: 'root', identity, knownHosts, control},
    join(scratch, 'ssh.log'),
    signal,
  );
  const options = {timeoutMs: SET_UP_BUDGET_MS * slowness[shape.acceleration], signal};
  if (setUp !== undefined) {
    const result = await runRemote({control, folder: scratch}, ['sh', '-c', setUp], options);
    if (result.exitCode !== 0) throw new CommandError(result);
  }
  await runRemote({control, folder: scratch}, ['sync'], options);
  // The connection ends with QEMU; the key is taken back by the greeting.
  return greet(door, readyGeneration, '', signal);
};
