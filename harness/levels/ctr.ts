import {setTimeout} from 'node:timers/promises';
import type {Machine} from '../../vms/machine.ts';
import {makeCniNetwork, type CniNetwork} from '../network/cni.ts';
import {makeNetns, type NamedNetns} from '../network/netns.ts';
import {containerName, type Level, type LevelContext, type RunningWorkload, type WorkloadState} from './level.ts';

/** containerd, through its own client `ctr`. */
export const ctr: Level = {
  name: 'ctr',
  prepare: async ({machine, workload, steps}) => {
    await steps.command('pull the image', machine, ['ctr', 'images', 'pull', workload.image.name]);
  },
  start: async (context) => {
    const {machine, network, steps} = context;
    await using undo = new AsyncDisposableStack();
    const netns = network === 'netns' ? undo.use(await makeNetns(machine, steps)) : undefined;
    const cni = network === 'cni' ? undo.use(await makeCniNetwork(machine, steps)) : undefined;
    const name = containerName(context.workload);
    const log = `/var/log/plumbline/${name}.log`;
    undo.defer(() => remove(machine, name, log, cni));
    await steps.command('start the container', machine, ctrRunArgv(context, {name, log, netns}, network === 'cni' ? 'cni' : 'none'));
    const pid = await taskPid(machine, name);
    if (cni !== undefined) {
      // Keeps the namespace after the container's end, for the plugin that has to take its own things back.
      await machine.succeed(['ip', 'netns', 'attach', name, String(pid)]);
    }
    const address = netns?.address ?? (cni && (await addressOf(machine, pid)));
    const imageDigest = await imageDigestOf(machine, context.workload.image.name);
    return new CtrWorkload({machine, name, log, pid, address, imageDigest}, undo.move());
  },
};

/** The `ctr run` that starts a workload in the background. Flags: https://github.com/containerd/containerd/blob/main/cmd/ctr/commands/run/run_unix.go */
export const ctrRunArgv = (
  {workload, ociRuntime}: Pick<LevelContext, 'workload' | 'ociRuntime'>,
  {name, log, netns}: {readonly name: string; readonly log: string; readonly netns: Pick<NamedNetns, 'path'> | undefined},
  network: 'cni' | 'none' = 'none',
): string[] => [
  'ctr',
  'run',
  '--detach',
  '--log-uri',
  `file://${log}`,
  ...(netns === undefined ? [] : ['--with-ns', `network:${netns.path}`]),
  ...(network === 'cni' ? ['--cni'] : []),
  ...(ociRuntime === undefined ? [] : ['--runc-binary', ociRuntime]),
  workload.image.name,
  name,
];

interface Facts {
  readonly machine: Machine;
  readonly name: string;
  readonly log: string;
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
  readonly #log: string;
  readonly #undo: AsyncDisposableStack;

  constructor({machine, name, log, pid, address, imageDigest}: Facts, undo: AsyncDisposableStack) {
    this.name = name;
    this.pid = pid;
    this.bundle = `/run/containerd/io.containerd.runtime.v2.task/default/${name}`;
    this.address = address;
    this.imageDigest = imageDigest;
    this.#machine = machine;
    this.#log = log;
    this.#undo = undo;
  }

  async state(): Promise<WorkloadState> {
    const task = await findTask(this.#machine, this.name);
    return task?.status === 'RUNNING' ? 'running' : 'stopped';
  }

  logs(): Promise<string> {
    return this.#machine.succeed(['cat', this.#log]);
  }

  async kill(signal: string): Promise<void> {
    await this.#machine.succeed(['ctr', 'tasks', 'kill', '--signal', signal, this.name]);
  }

  async waitForExit(signal: AbortSignal): Promise<number> {
    while ((await this.state()) === 'running') {
      await setTimeout(10, undefined, {signal});
    }
    // "ctr tasks delete" takes on the exit code of the task it deletes.
    const {exitCode = 0} = await this.#machine.exec(['ctr', 'tasks', 'delete', this.name]);
    return exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

const remove = async (machine: Machine, name: string, log: string, cni: CniNetwork | undefined): Promise<void> => {
  const task = await findTask(machine, name);
  if (task?.status === 'RUNNING') {
    await machine.exec(['ctr', 'tasks', 'kill', '--signal', 'SIGKILL', name]);
  }
  // Kills what is left, and waits for it.
  await machine.exec(['ctr', 'tasks', 'delete', '--force', name]);
  if (cni !== undefined) {
    const netns = `/run/netns/${name}`;
    if ((await machine.exec(['test', '-e', netns])).exitCode === 0) {
      await cni.detach(`default-${name}`, netns);
      await machine.succeed(['ip', 'netns', 'delete', name]);
    }
  }
  await machine.exec(['ctr', 'containers', 'delete', name]);
  await machine.succeed(['rm', '-f', log]);
};

interface Task {
  readonly pid: number;
  readonly status: string;
}

const findTask = async (machine: Machine, name: string): Promise<Task | undefined> => parseTasks(await machine.succeed(['ctr', 'tasks', 'list'])).get(name);

/** Reads the table of `ctr tasks list`: TASK, PID, STATUS. */
export const parseTasks = (table: string): ReadonlyMap<string, Task> =>
  new Map(
    table
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/))
      .flatMap(([name, pid, status]) => (name && pid && status ? [[name, {pid: Number(pid), status}] as const] : [])),
  );

const taskPid = async (machine: Machine, name: string): Promise<number> => {
  const task = await findTask(machine, name);
  return task?.pid ?? 0;
};

const imageDigestOf = async (machine: Machine, image: string): Promise<string> => {
  const table = await machine.succeed(['ctr', 'images', 'list', `name==${image}`]);
  return /sha256:[0-9a-f]{64}/.exec(table)?.[0] ?? '';
};

const addressOf = async (machine: Machine, pid: number): Promise<string | undefined> => {
  const output = await machine.succeed(['nsenter', `--net=/proc/${pid}/ns/net`, 'ip', '-json', '-4', 'address', 'show', 'scope', 'global']);
  const links = JSON.parse(output) as {addr_info?: {local: string}[]}[];
  return links.flatMap(({addr_info: addresses = []}) => addresses.map(({local}) => local))[0];
};
