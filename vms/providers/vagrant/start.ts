import {randomUUID} from 'node:crypto';
import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {HostError} from '../../errors.ts';
import {awaitConsoleComplaint, ConsoleWatch} from '../../guest/console-watch.ts';
import {awaitReady, greet, type Welcome} from '../../guest/door.ts';
import {makeMachineFolders} from '../../guest/machine-folders.ts';
import type {BakeContext} from '../../image/bake-report.ts';
import type {CacheEntry} from '../../image/cache.ts';
import {initrdFiles} from '../../image/initrd.ts';
import {vmPaths} from '../../image/vm-files.ts';
import {openVmQcow2, type VmQcow2} from '../../image/vm-qcow2.ts';
import type {MachineReference, MachineSpec, OwnedMachine} from '../../machine.ts';
import {owned} from '../../owned-machine.ts';
import {readHostCgroups, type HostCgroups} from '../../namespaces/cgroups.ts';
import {makeMachineCgroups} from '../../namespaces/machine-cgroups.ts';
import {knownHostsLine} from '../../transport/ssh-argv.ts';
import {makeKey} from '../../transport/ssh-key.ts';
import {decideAcceleration, slowness, type AccelerationVerdict} from '../qemu/acceleration.ts';
import {startFailure} from '../qemu/boot-failure.ts';
import {guestTraits} from '../qemu/traits.ts';
import {deadline} from '../qemu/deadlines.ts';
import {makeOverlay} from '../qemu/launch.ts';
import {DEFAULT_MEMORY_MIB, machineCpus, requireMemory} from '../qemu/machine-size.ts';
import {qemuVersion} from '../qemu/program.ts';
import {boxesFolder, boxFiles, boxName, openBox, type BoxFacts} from './box.ts';
import {enter} from './enter.ts';
import {libvirtFolders, startLibvirt} from './libvirt.ts';
import {VagrantMachine} from './machine.ts';
import {machineFiles, socketPaths, vagrantFiles, writePlan, type MachineSite} from './plan.ts';
import {missingForVagrant} from './requirements.ts';
import {keepReady} from './snapshots.ts';
import {untilThere} from './until-there.ts';
import {runVagrant} from './vagrant-command.ts';
import {vagrantfile, vagrantMachine} from './vagrantfile.ts';

/** What a machine is made for: the part of its spec that decides what it starts from. */
export type PrepareSpec = Pick<MachineSpec, 'image' | 'acceleration'>;

const LIBVIRT_BUDGET_MS = 20_000;
const BOOT_BUDGET_MS = 30_000;
const GRACE_MS = 2000;

/** What machines of an image start from, held in the cache. */
interface Prepared extends AsyncDisposable {
  readonly disk: VmQcow2;
  readonly box: CacheEntry<BoxFacts>;
  readonly verdict: AccelerationVerdict;
}

/** Makes or finds the box that machines of this image are made of, and decides how their processor is made. */
export const prepareVagrant = async (spec: PrepareSpec, context: BakeContext): Promise<Prepared> => {
  const missing = await missingForVagrant();
  if (missing[0]) throw new HostError(`Cannot start a vagrant machine: ${missing[0].sentence}`, missing);
  await using undo = new AsyncDisposableStack();
  const disk = undo.use(await openVmQcow2(spec.image, context));
  const {kernel, initrd} = disk;
  const question = {qemuVersion: (await qemuVersion()) ?? '', kernel, initrd, imageKey: disk.seal};
  const verdict = await decideAcceleration(question, spec.acceleration, context.signal);
  const box = undo.use(await openBox(spec.image.runtimeSet, disk, context));
  const release = undo.move();
  return {disk, box, verdict, [Symbol.asyncDispose]: async () => release.disposeAsync()};
};

/** Has Vagrant make a machine, and waits until its daemons answer. All that is made for it goes with it, its libvirt as well. */
export const startVagrant = async (spec: MachineSpec, signal: AbortSignal): Promise<OwnedMachine> => {
  await using undo = new AsyncDisposableStack();
  await requireMemory(sizeOf(spec).memoryMiB, 'vagrant');
  const prepared = undo.use(await prepareVagrant(spec, {report: () => {}, signal}));
  undo.defer(spec.ledger.recordUse(spec.id, [prepared.box.content]));
  const cgroups = await requireCgroups();
  const sockets = await makeMachineFolders(spec, undo);
  const name = `plumbline-${spec.id}`;
  await makeMachineCgroups(spec, cgroups, name, undo);
  const {acceleration} = prepared.verdict;
  const namespaces = await startLibvirt(
    spec,
    machineFiles(spec).libvirt,
    cgroups,
    name,
    acceleration === 'kvm' ? 'with kvm' : 'without kvm',
    AbortSignal.any([signal, AbortSignal.timeout(LIBVIRT_BUDGET_MS * slowness[acceleration])]),
  );
  const publicKey = await makeKey(machineFiles(spec).identity);
  const site: MachineSite = {folder: spec.folder, sockets, acceleration, namespaces, publicKey};
  await layOut(spec, site, prepared);
  const {generation, bootId, kernel, address} = await boot(site, signal);
  await writePlan({...site, bootId});
  await keepReady(site, generation, signal);
  const reference: MachineReference = {
    id: spec.id,
    runtimeSet: spec.image.runtimeSet,
    traits: guestTraits(sizeOf(spec), {provider: 'vagrant', kernel, acceleration, address}),
    details: {folder: spec.folder},
  };
  return owned(new VagrantMachine(reference), undo.move());
};

const sizeOf = ({memoryMiB = DEFAULT_MEMORY_MIB}: Pick<MachineSpec, 'memoryMiB'>) => ({cpus: machineCpus(), memoryMiB});

const requireCgroups = async (): Promise<HostCgroups> => {
  const cgroups = await readHostCgroups();
  if (cgroups) return cgroups;
  throw new HostError('Cannot start a vagrant machine: no cgroup file system is mounted', [
    {sentence: 'No cgroup file system is mounted', remedy: 'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup'},
  ]);
};

/** Writes what Vagrant and ssh read: the Vagrantfile, the box, the volume of the box, and the files that the machine starts with. */
const layOut = async (spec: MachineSpec, site: MachineSite, {box, disk}: Prepared): Promise<void> => {
  const [vagrant, files] = [vagrantFiles(site), machineFiles(site)];
  const folder = join(box.content, box.facts.folder);
  for (const path of [vagrant.home, vagrant.project]) await mkdir(path, {mode: 0o700});
  await symlink(join(box.content, boxesFolder), join(vagrant.home, boxesFolder));
  // Vagrant would upload the image into the pool: what it finds there under the name of the box's volume it takes as that.
  await makeOverlay(join(files.libvirt, libvirtFolders.pool, box.facts.volume), join(folder, boxFiles.image), 'qcow2');
  const key = {path: vmPaths.authorizedKeys, content: `${site.publicKey}\n`, mode: 0o600};
  const initrd = await readFile(join(folder, boxFiles.initrd));
  await writeFile(files.initrd, Buffer.concat([initrd, initrdFiles([key, ...spec.files])]));
  await writeFile(files.knownHosts, knownHostsLine(disk.facts.hostKey));
  const text = vagrantfile({
    box: boxName(spec.image.runtimeSet),
    acceleration: site.acceleration,
    ...sizeOf(spec),
    initrd: files.initrd,
    identity: files.identity,
    console: files.console,
    door: socketPaths(site).door,
    bootTimeoutSeconds: bootBudgetMs(site) / 1000,
  });
  await writeFile(join(vagrant.project, 'Vagrantfile'), text);
};

interface Booted extends Welcome {
  readonly address: string;
}

/** Vagrant waits for sshd; the daemons are waited for at the same time, since the machine says only once that they answer. */
const boot = async (site: MachineSite, signal: AbortSignal): Promise<Booted> => {
  const failed = new AbortController();
  const budget = AbortSignal.any([signal, failed.signal, deadline(BOOT_BUDGET_MS, site.acceleration)]);
  const watched = AbortSignal.any([
    budget,
    awaitConsoleComplaint(new ConsoleWatch(machineFiles(site).console), budget),
  ]);
  const argv = ['up', '--no-provision', vagrantMachine];
  const generation = randomUUID();
  let waitingFor = 'sshd';
  try {
    const up = runVagrant(site, argv, {
      action: 'start a vagrant machine',
      timeoutMs: bootBudgetMs(site),
      signal: watched,
    });
    const {door} = socketPaths(site);
    const welcomed = untilThere(door, watched).then(async () => {
      await awaitReady(door, watched);
      return greet(door, generation, site.publicKey, watched);
    });
    // When one fails, the other has nothing to wait for; but of a QEMU that has ended Vagrant says more than its serial port.
    up.catch((error: unknown) => failed.abort(error));
    welcomed.catch(async (error: unknown) => {
      await setTimeout(GRACE_MS * slowness[site.acceleration], undefined, {ref: false});
      failed.abort(error);
    });
    await up;
    waitingFor = 'the daemons';
    const welcome = await welcomed;
    const address = await enter(site, watched);
    return {...welcome, address};
  } catch (error) {
    throw await startFailure(
      {action: 'start a vagrant machine', console: machineFiles(site).console, argv: ['vagrant', ...argv], waitingFor},
      error,
    );
  } finally {
    failed.abort();
  }
};

const bootBudgetMs = ({acceleration}: Pick<MachineSite, 'acceleration'>): number =>
  BOOT_BUDGET_MS * slowness[acceleration];
