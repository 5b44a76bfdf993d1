import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {chmod, mkdir, open, readFile, rm, writeFile} from 'node:fs/promises';
import {get, type IncomingMessage} from 'node:http';
import {cpus, release, totalmem} from 'node:os';
import {dirname, join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {HostError, ProvisionError} from '../../errors.ts';
import {overlayOptions} from '../../image/overlay.ts';
import type {LedgerEntry} from '../../ledger/ledger-entry.ts';
import type {MachineReference, MachineSpec, OwnedMachine} from '../../machine.ts';
import {owned} from '../../owned-machine.ts';
import {identify} from '../../processes.ts';
import {cgroupFolders, readHostCgroups, type HostCgroups} from '../../namespaces/cgroups.ts';
import {makeMachineCgroups} from '../../namespaces/machine-cgroups.ts';
import {AS_BOOTED} from './as-booted.ts';
import {SandboxMachine} from './machine.ts';

const BOOT = join(import.meta.dirname, 'boot.sh');
const START_DEADLINE_MS = 30_000;
const PING_TIMEOUT_MS = 1000;
/** Where the machine's own uplink has its address; see `network` in boot.sh. */
const ADDRESS = '192.0.2.2';

/** Starts a machine from namespaces and waits until its daemons answer. */
export const startSandbox = async (spec: MachineSpec, signal: AbortSignal): Promise<OwnedMachine> => {
  const cgroups = await readHostCgroups();
  if (cgroups === undefined) {
    throw new HostError('Cannot start a sandbox: no cgroup file system is mounted', [
      {sentence: 'No cgroup file system is mounted', remedy: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup'},
    ]);
  }
  await using undo = new AsyncDisposableStack();
  const name = `plumbline-${spec.id}`;
  undo.defer(spec.ledger.recordUse(spec.id, spec.image.layers));
  await makeFolder(spec, undo);
  await makeMachineCgroups(spec, cgroups, name, undo);
  const ended = launch(spec, cgroups, name);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(START_DEADLINE_MS)]);
  const init = await identify(await untilReady(spec, ended, deadline));
  const joined = cgroupFolders(cgroups, name).map((folder) => (cgroups.version === 2 ? join(folder, 'init') : folder));
  const reference: MachineReference = {
    id: spec.id,
    runtimeSet: spec.image.runtimeSet,
    traits: {
      provider: 'sandbox',
      kernel: release(),
      cgroupVersion: cgroups.version,
      cpus: cpus().length,
      memoryBytes: totalmem(),
      acceleration: 'none',
      slowness: 1,
      latency: 1,
      address: ADDRESS,
      snapshots: false,
    },
    details: {init, cgroups: joined, folder: spec.folder},
  };
  return owned(new SandboxMachine(reference), undo.move());
};

const makeFolder = async ({folder, files, ledger}: MachineSpec, undo: AsyncDisposableStack): Promise<void> => {
  const entry: LedgerEntry = {kind: 'folder', path: folder};
  ledger.record(entry);
  undo.defer(async () => {
    // What a cell that was given up still does may open a door into it at this moment, whose socket is made here.
    await rm(folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 20});
    ledger.settle(entry);
  });
  for (const part of ['upper', 'work', 'root']) {
    await makeFolders(join(folder, part));
  }
  for (const {path, content, mode} of files) {
    const target = join(folder, 'upper', path);
    await makeFolders(dirname(target));
    await writeFile(target, content);
    await chmod(target, mode);
  }
};

/** The modes are those that the machine sees, for its root folder too, whatever the umask is. */
const makeFolders = async (path: string): Promise<void> => {
  const first = await mkdir(path, {recursive: true});
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) await chmod(folder, 0o755);
};

/** Starts boot.sh; the promise resolves when the machine has ended, with how, and rejects when it could not be started. */
const launch = async ({folder, image, runId}: MachineSpec, cgroups: HostCgroups, name: string): Promise<string> => {
  const console = await open(join(folder, 'console.log'), 'a', 0o600);
  try {
    const child = spawn(AS_BOOTED, [BOOT, 'join'], {
      // A session of its own: Ctrl-C in the terminal must reach the tool alone, which then tears the machine down in order.
      detached: true,
      stdio: ['ignore', console.fd, console.fd],
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        PLUMBLINE_RUN: runId,
        MACHINE_FOLDER: folder,
        MACHINE_OVERLAY: overlayOptions(image.layers, {upper: join(folder, 'upper'), work: join(folder, 'work')}),
        MACHINE_STORES: image.stores ?? '',
        MACHINE_CGROUPS: cgroupFolders(cgroups, name).join('\n'),
        MACHINE_HIERARCHIES:
          cgroups.version === 2
            ? 'v2'
            : cgroups.hierarchies.map(({folder: at, options}) => `${at} ${options}`).join('\n'),
      },
    });
    child.unref(); // A machine that is kept must not keep the tool.
    return await new Promise<string>((resolve, reject) => {
      child.once('exit', (code, how) => resolve(how ?? `exit code ${code}`));
      child.once('error', reject);
    });
  } finally {
    await console.close();
  }
};

/** Waits for the daemons and returns the pid of the machine's init. `ended`: as {@link launch} tells it. */
export const untilReady = async (
  {folder}: Pick<MachineSpec, 'folder'>,
  ended: Promise<string>,
  signal: AbortSignal,
): Promise<number> => {
  let end: string | undefined;
  void ended.then(
    (how) => (end = `its init has ended with ${how}`),
    (error: Error) => (end = error.message),
  );
  const pidFile = join(folder, 'init.pid');
  let waitingFor = 'the namespaces';
  for (;;) {
    if (existsSync(pidFile)) {
      const pid = Number(await readFile(pidFile, 'utf8'));
      waitingFor = await notReady(pid);
      if (waitingFor === '') {
        return pid;
      }
    }
    if (end !== undefined || signal.aborted) {
      const late = `no answer from ${waitingFor} within ${START_DEADLINE_MS / 1000} s`;
      throw await startFailure(folder, end ?? late, signal);
    }
    await setTimeout(10);
  }
};

/** What the machine with this init still lacks; empty when it is ready. */
const notReady = async (pid: number): Promise<string> => {
  const tcp = await readFile(`/proc/${pid}/net/tcp`, 'utf8').catch(() => '');
  if (!REGISTRY_LISTENS.test(tcp)) {
    return 'the registry';
  }
  const socketPath = `/proc/${pid}/root/run/docker.sock`;
  return existsSync(socketPath) && (await answersPing(socketPath)) ? '' : 'dockerd';
};

/** 127.0.0.1:443 in state LISTEN, as proc_net_tcp prints it. */
const REGISTRY_LISTENS = /^ *\d+: 0100007F:01BB [0-9A-F:]+ 0A /m;

const answersPing = async (socketPath: string): Promise<boolean> => {
  try {
    // It may listen and yet be stuck, for instance in a runtime that it asks for its version.
    const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
    const [response] = (await once(get({socketPath, path: '/_ping', agent: false, signal}), 'response')) as [
      IncomingMessage,
    ];
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false; // Not listening yet; the caller holds the deadline.
  }
};

const startFailure = async (folder: string, state: string, signal: AbortSignal): Promise<unknown> => {
  if (signal.aborted && (signal.reason as Error | undefined)?.name !== 'TimeoutError') {
    return signal.reason;
  }
  const logs = [
    'console.log',
    ...['registry', 'containerd', 'dockerd'].map((name) => `upper/var/log/plumbline/${name}.log`),
  ];
  const texts = await Promise.all(logs.map((log) => readFile(join(folder, log), 'utf8').catch(() => '')));
  const said = texts
    .flatMap((text) => text.trim().split('\n').slice(-2))
    .filter(Boolean)
    .join(' | ')
    .slice(-800);
  return new ProvisionError(`Cannot start a sandbox machine: ${state}${said && `, ${said}`}`);
};
