import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {HostError, ProvisionError} from '../../errors.ts';
import {noteGenerations} from '../../guest/generations.ts';
import {makeMachineFolders} from '../../guest/machine-folders.ts';
import type {BakeContext} from '../../image/bake-report.ts';
import type {CacheEntry} from '../../image/cache.ts';
import {userNetwork} from '../../image/initrd.ts';
import {diskFiles, openVmDisk} from '../../image/vm-disk.ts';
import type {VmLayerFacts} from '../../image/vm-layer.ts';
import type {MachineReference, MachineSpec, OwnedMachine} from '../../machine.ts';
import {owned} from '../../owned-machine.ts';
import {knownHostsLine} from '../../transport/ssh-argv.ts';
import {makeKey} from '../../transport/ssh-key.ts';
import {decideAcceleration, type AccelerationVerdict} from './acceleration.ts';
import {qemuArgv} from './argv.ts';
import {emulatedCounterMhz} from './host-clock.ts';
import {machineFiles} from './launch.ts';
import {QemuMachine} from './machine.ts';
import {DEFAULT_MEMORY_MIB, machineCpus, requireMemory} from './machine-size.ts';
import {socketPaths, sshFiles, writePlan, type MachinePlan} from './plan.ts';
import {qemuVersion, versionRequirement} from './program.ts';
import {
  discardReadySnapshot,
  initrdOf,
  openReadySnapshot,
  readyFiles,
  type ReadyFacts,
  type ReadySpec,
} from './ready-snapshot.ts';
import {guestTraits} from './traits.ts';
import {wake} from './wake.ts';

/** What a machine is made for: the part of its spec that decides which snapshot it starts from. */
export type PrepareSpec = Pick<MachineSpec, 'image' | 'files' | 'setUp' | 'acceleration' | 'memoryMiB'>;

/** What a machine starts from, held in the cache. */
interface Prepared extends AsyncDisposable {
  readonly disk: CacheEntry<VmLayerFacts>;
  readonly ready: CacheEntry<ReadyFacts>;
  readonly spec: ReadySpec;
  readonly verdict: AccelerationVerdict;
}

/** Makes or finds the disk and the snapshot that machines of this spec start from. */
export const prepareQemu = async (spec: PrepareSpec, context: BakeContext): Promise<Prepared> => {
  const version = await qemuVersion();
  const requirement = versionRequirement(version);
  if (requirement) throw new HostError(`Cannot start a qemu machine: ${requirement.sentence}`, [requirement]);
  await requireMemory(spec.memoryMiB ?? DEFAULT_MEMORY_MIB);
  await using undo = new AsyncDisposableStack();
  const disk = undo.use(await openVmDisk(spec.image, context));
  const [kernel, initrd] = [join(disk.content, diskFiles.kernel), join(disk.content, diskFiles.initrd)];
  const question = {qemuVersion: version ?? '', kernel, initrd, imageKey: disk.seal};
  const verdict = await decideAcceleration(question, spec.acceleration, context.signal);
  const readySpec: ReadySpec = {
    runtimeSet: spec.image.runtimeSet,
    disk,
    files: spec.files,
    setUp: spec.setUp,
    qemuVersion: version ?? '',
    shape: {
      acceleration: verdict.acceleration,
      cpus: machineCpus(),
      memoryMiB: spec.memoryMiB ?? DEFAULT_MEMORY_MIB,
      counterMhz: await emulatedCounterMhz(verdict.acceleration),
    },
  };
  const ready = undo.use(await openReadySnapshot(readySpec, context));
  const release = undo.move();
  return {disk, ready, spec: readySpec, verdict, [Symbol.asyncDispose]: async () => release.disposeAsync()};
};

/**
 * Starts a machine from its snapshot. When that does not come up, and no other machine was started from it, it is made again, once:
 * something changed that its key has not.
 */
export const startQemu = async (spec: MachineSpec, signal: AbortSignal): Promise<OwnedMachine> => {
  const context: BakeContext = {report: () => {}, signal};
  const prepared = await prepareQemu(spec, context);
  try {
    return await startFrom(prepared, spec, signal);
  } catch (error) {
    if (!isStale(error) || !(await discardReadySnapshot(prepared.spec, prepared.ready, signal))) throw error;
    return startFrom(await prepareQemu(spec, context), spec, signal);
  }
};

/** Takes over what was prepared: the machine holds it as long as it lives. */
const startFrom = async (prepared: Prepared, spec: MachineSpec, signal: AbortSignal): Promise<OwnedMachine> => {
  await using undo = new AsyncDisposableStack();
  undo.use(prepared);
  undo.defer(spec.ledger.recordUse(spec.id, [prepared.disk.content, prepared.ready.content]));
  const sockets = await makeMachineFolders(spec, undo);
  const plan = await makePlan(spec, prepared, sockets);
  const {generation, kernel} = await wake(plan, signal);
  await noteGenerations(spec.folder, {generation, kept: {}});
  const {acceleration} = plan;
  const reference: MachineReference = {
    id: spec.id,
    runtimeSet: spec.image.runtimeSet,
    traits: guestTraits(prepared.spec.shape, {provider: 'qemu', kernel, acceleration, address: userNetwork.machine}),
    details: {folder: spec.folder},
  };
  return owned(new QemuMachine(reference), undo.move());
};

const makePlan = async (
  {id, folder}: MachineSpec,
  {disk, ready, spec}: Prepared,
  sockets: string,
): Promise<MachinePlan> => {
  const paths = socketPaths({sockets});
  const ssh = sshFiles({folder});
  const publicKey = await makeKey(ssh.identity);
  await writeFile(ssh.knownHosts, knownHostsLine(disk.facts.hostKey));
  const plan: MachinePlan = {
    folder,
    sockets,
    acceleration: spec.shape.acceleration,
    argv: [
      ...qemuArgv({
        ...spec.shape,
        name: `plumbline ${id}`,
        kernel: join(disk.content, diskFiles.kernel),
        initrd: initrdOf(spec, ready.content),
        disk: join(folder, machineFiles.disk),
        memory: join(ready.content, readyFiles.memory),
        isMemoryShared: false,
        console: join(folder, machineFiles.console),
        door: paths.door,
        control: paths.control,
        isIncoming: true,
      }),
    ],
    ready: {
      disk: join(ready.content, readyFiles.disk),
      state: join(ready.content, readyFiles.state),
      bootId: ready.facts.bootId,
    },
    publicKey,
  };
  await writePlan(plan);
  return plan;
};

/** Whether a machine did not become what its snapshot is. An abort, or a host that lacks something, is no reason to make it anew. */
const isStale = (error: unknown): boolean =>
  error instanceof ProvisionError &&
  error.message.startsWith('Cannot start a qemu machine') &&
  error.cause instanceof Error;
