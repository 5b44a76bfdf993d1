import {createHash, randomUUID} from 'node:crypto';
import {chmod, chown, copyFile, readFile, rename, writeFile} from 'node:fs/promises';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {awaitConsoleComplaint, ConsoleWatch} from '../../guest/console-watch.ts';
import {READY} from '../../guest/generations.ts';
import {step, type BakeContext} from '../../image/bake-report.ts';
import {openEntry, type CacheEntry} from '../../image/cache.ts';
import {keyOf} from '../../image/content-key.ts';
import {initrdFiles} from '../../image/initrd.ts';
import type {VmQcow2} from '../../image/vm-qcow2.ts';
import {Ledger} from '../../ledger/ledger.ts';
import type {MachineFile} from '../../machine.ts';
import {knownHostsLine} from '../../transport/ssh-argv.ts';
import {slowness} from '../qemu/acceleration.ts';
import {startFailure} from '../qemu/boot-failure.ts';
import {deadline} from '../qemu/deadlines.ts';
import type {LimaAccount} from './account.ts';
import {makeHome} from './home.ts';
import {
  createInstance,
  instancePaths,
  requireSnapshot,
  snapshotInstance,
  startInstance,
  stopInstance,
} from './instance.ts';
import {layOut, type LayoutSpec, type MachineShape} from './layout.ts';
import {limactlArgv, type Limactl} from './limactl.ts';
import {qemuWords} from './qemu-words.ts';
import {bakedTemplate} from './template.ts';
import {
  enter,
  entranceFiles,
  forgetDisc,
  greet,
  ignoreStalls,
  leave,
  noteGeneration,
  requireProvisioned,
  sessionOf,
  type Mark,
} from './visit.ts';

/** What a disk with a machine whose daemons answer is made of, and for. */
export interface ReadySpec {
  readonly runtimeSet: string;
  readonly qcow2: VmQcow2;
  /** Put on the disk before the machine boots. */
  readonly files: readonly MachineFile[];
  readonly program: string;
  readonly account: LimaAccount;
  /** What `limactl --version` prints: another Lima starts QEMU with other devices, which this snapshot has not. */
  readonly limaVersion: string;
  readonly qemuVersion: string;
  readonly shape: MachineShape;
}

/** What is known of such a disk. */
export interface ReadyFacts extends Pick<Mark, 'bootId' | 'kernel'> {
  /** Noted in the memory of the snapshot. */
  readonly generation: string;
  /** From the first command of Lima until the daemons answered. */
  readonly bootMs: number;
}

/** Files of the entry, relative to its content. */
const readyFiles = {disk: 'disk.qcow2', initrd: 'initrd', identity: 'user'} as const;

/** Raised when something changes that neither the template, the command line nor the disk shows. */
const FORMAT = 2;
const BOOT_BUDGET_MS = 40_000;
const COMMAND_BUDGET_MS = 5000;

/**
 * The disk of a machine whose daemons answer, with its memory in a snapshot; made by booting one with Lima when it is not in the cache.
 * Lima copies the disk for each machine, which then starts from the snapshot instead of booting.
 */
export const openReadyDisk = async (spec: ReadySpec, context: BakeContext): Promise<CacheEntry<ReadyFacts>> => {
  const key = await readyKey(spec);
  return openEntry(
    {
      kind: 'lima-ready',
      key,
      what: `machine "${spec.runtimeSet}" of Lima, ready`,
      neededBytes: 3_000_000_000,
      make: async (content, scratch) =>
        step(context, `${spec.runtimeSet}: boot the machine with Lima (${spec.shape.acceleration})`, async () =>
          makeReady(spec, key, content, scratch, context.signal),
        ),
    },
    context,
  );
};

/** What machines of this disk start from. */
export const readyLayout = (spec: ReadySpec, {content}: CacheEntry<ReadyFacts>): LayoutSpec => ({
  image: join(content, readyFiles.disk),
  kernel: spec.qcow2.kernel,
  initrd: spec.files.length === 0 ? spec.qcow2.initrd : join(content, readyFiles.initrd),
  identity: join(content, readyFiles.identity),
  shape: spec.shape,
});

/** Another disk, Lima, QEMU, processor, size or set of files is another key. */
export const readyKey = async ({qcow2, files, limaVersion, qemuVersion, shape}: ReadySpec): Promise<string> =>
  keyOf({
    FORMAT,
    limaVersion,
    disk: qcow2.seal,
    qemuVersion,
    words: qemuWords(shape.acceleration),
    template: await bakedTemplate({...shape, image: '', kernel: '', initrd: '', diskBytes: 0}),
    // A virtualised processor has what the host's has.
    host: shape.acceleration === 'tcg' ? undefined : cpus()[0]?.model,
    files: files.map(({path, content, mode}) => [path, mode, createHash('sha256').update(content).digest('hex')]),
  });

const makeReady = async (
  spec: ReadySpec,
  key: string,
  content: string,
  scratch: string,
  signal: AbortSignal,
): Promise<ReadyFacts> => {
  const {qcow2, files, program, account, shape} = spec;
  await using undo = new AsyncDisposableStack();
  const runId = `lima-ready-${key.slice(0, 12)}`;
  const ledger = undo.use(await Ledger.start(runId));
  const home = await makeHome(runId, account, ledger, undo);
  const limactl: Limactl = {program, account, home, qemu: qemuWords(shape.acceleration), runId};
  let initrd = qcow2.initrd;
  if (files.length > 0) {
    initrd = join(content, readyFiles.initrd);
    await writeFile(initrd, Buffer.concat([await readFile(qcow2.initrd), initrdFiles(files)]), {mode: 0o644});
  }
  await writeFile(join(scratch, entranceFiles.knownHosts), knownHostsLine(qcow2.facts.hostKey));
  const template = await layOut(limactl, {image: qcow2.disk, kernel: qcow2.kernel, initrd, shape});
  const over = new AbortController();
  undo.defer(() => over.abort());
  const budget = deadline(BOOT_BUDGET_MS, shape.acceleration, signal, over.signal);
  const {console} = instancePaths(limactl);
  const watched = AbortSignal.any([budget, awaitConsoleComplaint(new ConsoleWatch(console), budget)]);
  const entrance = {home, folder: scratch};
  const session = sessionOf(entrance);
  const options = {timeoutMs: COMMAND_BUDGET_MS * slowness[shape.acceleration], signal: watched};
  let waitingFor = 'Lima';
  try {
    const startedAt = performance.now();
    await createInstance(limactl, template, watched);
    await startInstance(limactl, BOOT_BUDGET_MS * slowness[shape.acceleration], watched);
    waitingFor = 'sshd';
    await enter(entrance, watched);
    waitingFor = 'the machine';
    await requireProvisioned(session, options);
    const bootMs = Math.round(performance.now() - startedAt);
    await forgetDisc(session, options);
    const generation = randomUUID();
    await noteGeneration(session, generation, options);
    const {bootId, kernel} = await greet(session, options);
    await ignoreStalls(session, options);
    await leave(entrance);
    waitingFor = 'the snapshot';
    await snapshotInstance(limactl, 'create', READY, watched);
    await requireSnapshot(limactl, READY, watched);
    await stopInstance(limactl, watched);
    await keep(limactl, content);
    return {generation, bootId, kernel, bootMs};
  } catch (error) {
    const action = `boot machine "${spec.runtimeSet}" with Lima`;
    throw await startFailure({action, console, argv: limactlArgv(limactl, ['start']), waitingFor}, error);
  }
};

/** Takes the disk and the key out of the home. The files are no longer those of Lima's user, who may read the disk. */
const keep = async (limactl: Limactl, content: string): Promise<void> => {
  const {disk, identity} = instancePaths(limactl);
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  const target = join(content, readyFiles.disk);
  await rename(disk, target).catch(async () => copyFile(disk, target));
  await chown(target, uid, gid);
  await chmod(target, 0o644);
  for (const suffix of ['', '.pub'])
    await copyFile(`${identity}${suffix}`, join(content, `${readyFiles.identity}${suffix}`));
};
