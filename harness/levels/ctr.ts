import {z} from 'zod';
import {understood} from '../../vms/machine-output.ts';
import type {ExecResult, Machine} from '../../vms/machine.ts';
import {makeCniNetwork, type CniNetwork} from '../network/cni.ts';
import {makeNetns, type NamedNetns} from '../network/netns.ts';
import type {WorkloadOptions} from '../scenario/workload-options.ts';
import {ctrDialect} from './ctr-dialect.ts';
import {exitCodeOf, startInForeground, untilRunning, type ForegroundContainer} from './foreground.ts';
import {
  containerName,
  type ExecInside,
  type Level,
  type LevelContext,
  type RunningWorkload,
  type WorkloadState,
} from './level.ts';

/** containerd, through its own client `ctr`. */
export const ctr: Level = {
  name: 'ctr',
  start: async (context) => {
    const {machine, network, steps, signal, versions} = context;
    await using undo = new AsyncDisposableStack();
    const netns = network === 'netns' ? undo.use(await makeNetns(machine, steps)) : undefined;
    const cni =
      network === 'cni'
        ? undo.use(await makeCniNetwork(machine, steps, ctrDialect(versions['containerd'])))
        : undefined;
    const name = containerName(context.workload);
    const log = `/var/log/plumbline/${name}.log`;
    const argv = ctrRunArgv(context, name, netns);
    const container = startInForeground(machine, argv, log);
    undo.defer(() => remove({machine, name, log, container, cni}));
    const runningPid = () => pidOfRunning(machine, name);
    // The image is asked for while the container starts, since a client takes longer to start than to answer.
    const [pid, imageDigest] = await Promise.all([
      steps.step(
        'run the container',
        () => untilRunning({machine, container, layer: 'containerd', argv, complaint: /^ctr: /, runningPid, signal}),
        argv,
      ),
      imageDigestOf(machine, context.workload.image.name),
    ]);
    const address = netns?.address ?? (cni && (await attachedAddress(machine, name, pid)));
    return new CtrWorkload({machine, name, container, pid, address, imageDigest}, undo.move());
  },
};

/** The `ctr run` of a workload. Flags: https://github.com/containerd/containerd/blob/main/cmd/ctr/commands/run/run_unix.go */
export const ctrRunArgv = (
  {workload, network, ociRuntime}: Pick<LevelContext, 'workload' | 'network' | 'ociRuntime'>,
  name: string,
  netns: Pick<NamedNetns, 'path'> | undefined,
): string[] => [
  'ctr',
  'run',
  '--rm',
  ...(netns === undefined ? [] : ['--with-ns', `network:${netns.path}`]),
  ...(network === 'cni' ? ['--cni'] : []),
  ...ociRuntimeFlags(ociRuntime),
  ...ctrOptionFlags(workload.options ?? {}),
  workload.image.name,
  name,
];

/** What has `ctr run` use this OCI runtime; nothing for runc, which it uses by itself. */
export const ociRuntimeFlags = (ociRuntime = 'runc'): string[] =>
  ociRuntime === 'runc' ? [] : ['--runc-binary', ociRuntime];

/** The options of a workload as flags that `ctr run` has in every version from 1.6 on. */
export const ctrOptionFlags = ({
  privileged,
  readOnlyRoot,
  seccomp,
  addedCapabilities = [],
  memory,
  cpuShares,
  mounts = [],
}: WorkloadOptions): string[] => [
  ...(privileged ? ['--privileged'] : []),
  ...(readOnlyRoot ? ['--read-only'] : []),
  ...(seccomp ? ['--seccomp'] : []),
  ...addedCapabilities.flatMap((name) => ['--cap-add', name]),
  ...(memory === undefined ? [] : ['--memory-limit', String(memory)]),
  ...(cpuShares === undefined ? [] : ['--cpu-shares', String(cpuShares)]),
  ...mounts.flatMap((mount) => {
    const [source, options] =
      mount.type === 'bind' ? [mount.source, ['rbind', mount.readOnly ? 'ro' : 'rw']] : ['tmpfs', mount.options];
    return ['--mount', `type=${mount.type},src=${source},dst=${mount.target},options=${options.join(':')}`];
  }),
];

/** The `ctr tasks exec` of a command; `execId` is the name of its process, unique in the task. */
export const ctrExecArgv = (
  name: string,
  execId: string,
  argv: readonly string[],
  {user}: ExecInside = {},
): string[] => [
  'ctr',
  'tasks',
  'exec',
  '--exec-id',
  execId,
  ...(user === undefined ? [] : ['--user', user]),
  name,
  ...argv,
];

interface Facts {
  readonly machine: Machine;
  readonly name: string;
  readonly container: ForegroundContainer;
  readonly pid: number;
  readonly address: string | undefined;
  readonly imageDigest: string;
}

class CtrWorkload implements RunningWorkload {
  readonly name: string;
  readonly pid: number;
  readonly bundle: string;
  readonly address: string | undefined;
  readonly imageDigest: string;
  readonly #machine: Machine;
  readonly #container: ForegroundContainer;
  readonly #undo: AsyncDisposableStack;
  #execs = 0;

  constructor({machine, name, container, pid, address, imageDigest}: Facts, undo: AsyncDisposableStack) {
    this.name = name;
    this.pid = pid;
    this.bundle = `/run/containerd/io.containerd.runtime.v2.task/default/${name}`;
    this.address = address;
    this.imageDigest = imageDigest;
    this.#machine = machine;
    this.#container = container;
    this.#undo = undo;
  }

  async state(): Promise<WorkloadState> {
    return (await pidOfRunning(this.#machine, this.name)) === undefined ? 'stopped' : 'running';
  }

  logs(): Promise<string> {
    return this.#container.logs();
  }

  exec(argv: readonly string[], options?: ExecInside): Promise<ExecResult> {
    this.#execs += 1;
    return this.#machine.exec(ctrExecArgv(this.name, `exec-${this.#execs}`, argv, options));
  }

  async kill(signal: string): Promise<void> {
    await this.#machine.succeed(['ctr', 'tasks', 'kill', '--signal', signal, this.name]);
  }

  waitForExit(signal: AbortSignal): Promise<number> {
    return exitCodeOf(this.#container, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

interface Removal extends Pick<Facts, 'machine' | 'name' | 'container'> {
  readonly log: string;
  readonly cni: CniNetwork | undefined;
}

const remove = async ({machine, name, log, container, cni}: Removal): Promise<void> => {
  if (container.exitCode() === undefined) {
    // With its task gone, "ctr run --rm" removes the container and ends.
    await machine.exec(['ctr', 'tasks', 'kill', '--signal', 'SIGKILL', name]);
    await container.ended;
  }
  if (cni !== undefined) {
    await detach(machine, name, cni);
  }
  await machine.succeed(['rm', '-f', log]);
};

interface Task {
  readonly pid: number;
  readonly status: string;
}

const pidOfRunning = async (machine: Machine, name: string): Promise<number | undefined> => {
  const task = parseTasks(await machine.succeed(['ctr', 'tasks', 'list'])).get(name);
  return task?.status === 'RUNNING' ? task.pid : undefined;
};

/** Reads the table of `ctr tasks list`: TASK, PID, STATUS. */
export const parseTasks = (table: string): ReadonlyMap<string, Task> =>
  new Map(
    table
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/))
      .flatMap(([name, pid, status]) => (name && pid && status ? [[name, {pid: Number(pid), status}] as const] : [])),
  );

const imageDigestOf = async (machine: Machine, image: string): Promise<string> => {
  const table = await machine.succeed(['ctr', 'images', 'list', `name==${image}`]);
  return /sha256:[0-9a-f]{64}/.exec(table)?.[0] ?? '';
};

/** Waits for nothing: ctr has attached the network before it starts the task. Pins the namespace for {@link detach}. */
const attachedAddress = async (machine: Machine, name: string, pid: number): Promise<string | undefined> => {
  await machine.succeed(['ip', 'netns', 'attach', name, String(pid)]);
  const output = await machine.succeed(['ip', '-json', '-netns', name, '-4', 'address', 'show', 'scope', 'global']);
  return firstAddress(output);
};

/** Reads the first address that `ip -json address` prints, where there is one. */
export const firstAddress = (text: string): string | undefined =>
  understood('the addresses that ip prints', () => addressesSchema.parse(JSON.parse(text)))
    .flatMap(({addr_info: addresses}) => addresses.map(({local}) => local))
    .find((local) => local !== undefined);

const addressesSchema = z.array(z.object({addr_info: z.array(z.object({local: z.string().optional()})).default([])}));

/** ctr asks the plugins to detach once the namespace is gone, when the bridge plugin can't know its NAT rules any more. */
const detach = async (machine: Machine, name: string, cni: CniNetwork): Promise<void> => {
  const netns = `/run/netns/${name}`;
  if ((await machine.exec(['test', '-e', netns])).exitCode === 0) {
    await cni.detach(`default-${name}`, netns);
    await machine.succeed(['ip', 'netns', 'delete', name]);
  }
};
