import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {awaitConsoleComplaint, ConsoleWatch} from '../../guest/console-watch.ts';
import {HostError} from '../../errors.ts';
import {killFolderProcesses} from '../../folder-processes.ts';
import {noteGenerations, READY, requireSame} from '../../guest/generations.ts';
import {makeMachineFolders} from '../../guest/machine-folders.ts';
import {findLimactl} from '../../host/limactl.ts';
import type {BakeContext} from '../../image/bake-report.ts';
import type {CacheEntry} from '../../image/cache.ts';
import {openVmQcow2, type VmQcow2} from '../../image/vm-qcow2.ts';
import type {MachineReference, MachineSpec, OwnedMachine} from '../../machine.ts';
import {owned} from '../../owned-machine.ts';
import {knownHostsLine} from '../../transport/ssh-argv.ts';
import {decideAcceleration, slowness, type AccelerationVerdict} from '../qemu/acceleration.ts';
import {startFailure} from '../qemu/boot-failure.ts';
import {guestTraits} from '../qemu/traits.ts';
import {deadline} from '../qemu/deadlines.ts';
import {emulatedCounterMhz} from '../qemu/host-clock.ts';
import {DEFAULT_MEMORY_MIB, machineCpus, requireMemory} from '../qemu/machine-size.ts';
import {qemuVersion} from '../qemu/program.ts';
import {limaAccount, verdictFor} from './account.ts';
import type {LimaDetails} from './details.ts';
import {makeHome} from './home.ts';
import {createInstance, deleteInstance, instancePaths, startInstance} from './instance.ts';
import {layOut} from './layout.ts';
import {limactlArgv, type Limactl} from './limactl.ts';
import {LimaMachine, limaNetwork} from './machine.ts';
import {qemuWords} from './qemu-words.ts';
import {openReadyDisk, readyLayout, type ReadyFacts, type ReadySpec} from './ready-disk.ts';
import {askLimactlVersion, limaRequirements} from './requirements.ts';
import {enter, entranceFiles, greet, readDisc, requireProvisioned, sessionOf} from './visit.ts';

/** What a machine is made for: the part of its spec that decides which disk it starts from. */
export type PrepareSpec = Pick<MachineSpec, 'image' | 'files' | 'acceleration' | 'memoryMiB'>;

const START_BUDGET_MS = 12_000;
const DELETE_BUDGET_MS = 60_000;

/** What a machine starts from, held in the cache. */
interface Prepared extends AsyncDisposable {
  readonly qcow2: VmQcow2;
  readonly ready: CacheEntry<ReadyFacts>;
  readonly spec: ReadySpec;
  readonly verdict: AccelerationVerdict;
}

/** Makes or finds the disk that machines of this spec start from. */
export const prepareLima = async (spec: PrepareSpec, context: BakeContext): Promise<Prepared> => {
  const requirements = await limaRequirements();
  const [program, account, version] = [await findLimactl(), await limaAccount(), await qemuVersion()];
  if (requirements.length > 0 || program === undefined || account === undefined || version === undefined) {
    throw new HostError('Cannot make machines with "lima" on this host', requirements);
  }
  const memoryMiB = spec.memoryMiB ?? DEFAULT_MEMORY_MIB;
  await requireMemory(memoryMiB, 'lima');
  await using undo = new AsyncDisposableStack();
  const qcow2 = undo.use(await openVmQcow2(spec.image, context));
  const question = {qemuVersion: version, kernel: qcow2.kernel, initrd: qcow2.initrd, imageKey: qcow2.seal};
  const decided = await decideAcceleration(question, spec.acceleration, context.signal);
  const verdict = await verdictFor(account, decided, spec.acceleration);
  const {acceleration} = verdict;
  const counterMhz = await emulatedCounterMhz(acceleration);
  const shape = {acceleration, cpus: machineCpus(), memoryMiB, counterMhz};
  const readySpec: ReadySpec = {
    runtimeSet: spec.image.runtimeSet,
    qcow2,
    files: spec.files,
    program,
    account,
    limaVersion: (await askLimactlVersion(program, account)).stdout,
    qemuVersion: version,
    shape,
  };
  const ready = undo.use(await openReadyDisk(readySpec, context));
  const release = undo.move();
  return {qcow2, ready, spec: readySpec, verdict, [Symbol.asyncDispose]: async () => release.disposeAsync()};
};

/** Starts a machine from its snapshot. */
export const startLima = async (spec: MachineSpec, signal: AbortSignal): Promise<OwnedMachine> => {
  await using undo = new AsyncDisposableStack();
  const prepared = undo.use(await prepareLima(spec, {report: () => {}, signal}));
  const {program, account, shape} = prepared.spec;
  await makeMachineFolders(spec, undo);
  const home = await makeHome(spec.id, account, spec.ledger, undo);
  const limactl: Limactl = {program, account, home, qemu: qemuWords(shape.acceleration, READY), runId: spec.runId};
  undo.defer(async () => {
    // Ended here first: of what Lima kills, it does not wait for the end. The home goes in any case, so Lima may fail.
    await killFolderProcesses(home);
    await deleteInstance(limactl, AbortSignal.timeout(DELETE_BUDGET_MS)).catch(() => {});
  });
  const {generation, bootId, kernel} = prepared.ready.facts;
  const details: LimaDetails = {folder: spec.folder, home, program, runId: spec.runId, bootId};
  await writeFile(join(spec.folder, entranceFiles.knownHosts), knownHostsLine(prepared.qcow2.facts.hostKey));
  await noteGenerations(spec.folder, {generation, kept: {[READY]: generation}});
  await wake(limactl, details, prepared, signal);
  const reference: MachineReference = {
    id: spec.id,
    runtimeSet: spec.image.runtimeSet,
    traits: guestTraits(shape, {
      provider: 'lima',
      kernel,
      acceleration: shape.acceleration,
      address: limaNetwork.address,
    }),
    details,
  };
  return owned(new LimaMachine(reference), undo.move());
};

/** Lima waits for its boot script, which comes with a disc that the machine, asleep when it was made, is told to read at the same time. */
const wake = async (
  limactl: Limactl,
  details: LimaDetails,
  {ready, spec}: Prepared,
  signal: AbortSignal,
): Promise<void> => {
  const {acceleration} = spec.shape;
  const {console} = instancePaths(limactl);
  const failed = new AbortController();
  const budget = deadline(START_BUDGET_MS, acceleration, signal, failed.signal);
  const watched = AbortSignal.any([budget, awaitConsoleComplaint(new ConsoleWatch(console), budget)]);
  const session = sessionOf(details);
  const options = {timeoutMs: START_BUDGET_MS * slowness[acceleration], signal: watched};
  let waitingFor = 'Lima';
  try {
    await createInstance(limactl, await layOut(limactl, readyLayout(spec, ready)), watched);
    const tasks = [
      startInstance(limactl, options.timeoutMs, watched),
      (async () => {
        await enter(details, watched);
        waitingFor = 'the machine';
        requireSame(await greet(session, options), ready.facts.generation, ready.facts.bootId);
        await readDisc(session, options);
        waitingFor = 'Lima';
      })(),
    ];
    for (const task of tasks) task.catch((error: unknown) => failed.abort(error));
    // Both have ended before anything is undone.
    await Promise.allSettled(tasks);
    await Promise.all(tasks);
    await requireProvisioned(session, options);
  } catch (error) {
    const cause = failed.signal.aborted ? failed.signal.reason : error;
    throw await startFailure(
      {action: 'start a lima machine', console, argv: limactlArgv(limactl, ['start']), waitingFor},
      cause,
    );
  } finally {
    failed.abort();
  }
};
