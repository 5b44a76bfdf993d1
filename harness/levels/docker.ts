import {addAbortSignal} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {setTimeout} from 'node:timers/promises';
import type {StartedTestContainer, WaitStrategy} from 'testcontainers';
import {PlumblineError} from '../../vms/errors.ts';
import type {ExecResult, Machine} from '../../vms/machine.ts';
import {askDockerd} from './dockerd-failure.ts';
import {dockerHostConfig, dockerOptionFlags} from './docker-options.ts';
import {machineDockerd, pointTestcontainersAt} from './docker-engine.ts';
import type {Workload} from '../scenario/workload.ts';
import {WatchedContainer} from './watched-container.ts';
import {containerName, type ExecInside, type Level, type RunningWorkload, type WorkloadState} from './level.ts';

/** dockerd, through its Engine API. */
export const docker: Level = {
  name: 'docker',
  start: async (context) => {
    const {machine, workload, steps} = context;
    await pointTestcontainersAt(context);
    const name = containerName(workload);
    await using undo = new AsyncDisposableStack();
    undo.defer(() => remove(name));
    const container = await steps.step('start the container', () => run(workload, name), dockerRunArgv(workload, name));
    const facts = await factsOf(container);
    return new DockerWorkload({machine, name, id: container.getId(), ...facts}, undo.move());
  },
};

/** What {@link docker} does, as a person would type it. */
export const dockerRunArgv = ({image, port, publishedPort, options = {}}: Workload, name: string): string[] => [
  'docker',
  'run',
  '--detach',
  '--name',
  name,
  '--publish',
  `${publishedPort}:${port}`,
  ...dockerOptionFlags(options),
  image.name,
];

/** The `docker exec` of a command, without a terminal. */
export const dockerExecArgv = (name: string, argv: readonly string[], {user}: ExecInside = {}): string[] => [
  'docker',
  'exec',
  ...(user === undefined ? [] : ['--user', user]),
  name,
  ...argv,
];

const run = (workload: Workload, name: string): Promise<StartedTestContainer> => {
  const {image, port, publishedPort, options = {}} = workload;
  const container = new WatchedContainer(image.name, (exitCode) => earlyEnd(workload, name, exitCode))
    .withHostConfig(dockerHostConfig(options))
    .withName(name)
    .withExposedPorts({container: port, host: publishedPort})
    .withWaitStrategy(NOT_WAITING);
  if (options.user !== undefined) {
    container.withUser(`${options.user.uid}:${options.user.gid}`);
  }
  return askDockerd(`start the container "${name}"`, () => container.start(), {
    command: dockerRunArgv(workload, name),
    expected: 'a running container',
  });
};

const earlyEnd = async (workload: Workload, name: string, exitCode: number): Promise<Error> => {
  const command = dockerRunArgv(workload, name);
  const said = await logsOf(name).then(
    (log) => log.trim().split('\n').slice(-5).join(' | '),
    () => '',
  );
  return new PlumblineError(
    'workload',
    `Cannot run "${command.join(' ')}": it ended with exit code ${exitCode}${said && `, ${said}`}`,
    {layer: 'workload', command, expected: 'a running container', seen: said || `exit code ${exitCode}`},
  );
};

/**
 * What testcontainers would wait for is a port on this host, and the published port is the machine's. The truth table is what
 * decides when the workload is up.
 */
const NOT_WAITING: WaitStrategy = {
  waitUntilReady: () => Promise.resolve(),
  withStartupTimeout: () => NOT_WAITING,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => 0,
};

interface Facts extends Pick<RunningWorkload, 'name' | 'pid' | 'address' | 'imageDigest'> {
  readonly machine: Machine;
  readonly id: string;
}

class DockerWorkload implements RunningWorkload {
  readonly name: string;
  readonly pid: number;
  readonly bundle: string;
  readonly address: string | undefined;
  readonly imageDigest: string;
  readonly #machine: Machine;
  readonly #id: string;
  readonly #undo: AsyncDisposableStack;

  constructor({machine, name, id, pid, address, imageDigest}: Facts, undo: AsyncDisposableStack) {
    this.name = name;
    this.pid = pid;
    this.bundle = `/run/containerd/io.containerd.runtime.v2.task/moby/${id}`;
    this.address = address;
    this.imageDigest = imageDigest;
    this.#machine = machine;
    this.#id = id;
    this.#undo = undo;
  }

  async state(): Promise<WorkloadState> {
    const {State: state} = await inspect(this.#id);
    return state.Running ? 'running' : 'stopped';
  }

  logs(): Promise<string> {
    return logsOf(this.name);
  }

  exec(argv: readonly string[], options?: ExecInside): Promise<ExecResult> {
    const deadlineMs = EXEC_DEADLINE_MS * this.#machine.traits.slowness;
    return execInside(this.#id, dockerExecArgv(this.name, argv, options), argv, {...options, deadlineMs});
  }

  async kill(signal: string): Promise<void> {
    await askDockerd(`send ${signal} to "${this.name}"`, async () => (await handleOf(this.#id)).kill({signal}));
  }

  async waitForExit(signal: AbortSignal): Promise<number> {
    for (;;) {
      const {State: state} = await inspect(this.#id);
      if (!state.Running) {
        return state.ExitCode;
      }
      await setTimeout(10, undefined, {signal});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

/**
 * Does what `docker exec` does, without its client: where instructions are emulated, starting that takes longer than the command. The
 * exit code for a command that was not started is dockerd's as well: 126 or 127.
 */
const execInside = async (
  id: string,
  command: readonly string[],
  argv: readonly string[],
  {user, deadlineMs}: ExecInside & {readonly deadlineMs: number},
): Promise<ExecResult> =>
  askDockerd(
    `run "${command.join(' ')}"`,
    async () => {
      const startedAt = performance.now();
      const exec = await (
        await handleOf(id)
      ).exec({Cmd: [...argv], AttachStdout: true, AttachStderr: true, ...(user !== undefined && {User: user})});
      const signal = AbortSignal.timeout(deadlineMs);
      const stream = addAbortSignal(signal, await exec.start({hijack: true, stdin: false}));
      const frames = await buffer(stream).catch((error: unknown) => {
        throw signal.aborted ? new Error(`no end within ${deadlineMs / 1000} s`) : error;
      });
      const {ExitCode: exitCode} = await exec.inspect();
      return {
        argv: command,
        exitCode: exitCode ?? undefined,
        signal: undefined,
        stdout: demultiplex(frames, 'stdout'),
        stderr: demultiplex(frames, 'stderr'),
        durationMs: performance.now() - startedAt,
      };
    },
    {command},
  );

const EXEC_DEADLINE_MS = 60_000;

const handleOf = async (idOrName: string) => (await machineDockerd()).getContainer(idOrName);

const logsOf = async (name: string): Promise<string> => {
  const options = {stdout: true, stderr: true, follow: false} as const;
  return demultiplex(await askDockerd(`read the log of "${name}"`, async () => (await handleOf(name)).logs(options)));
};

const inspect = (id: string) =>
  askDockerd(`inspect the container "${id.slice(0, 12)}"`, async () => (await handleOf(id)).inspect());

const factsOf = async (
  container: StartedTestContainer,
): Promise<Pick<RunningWorkload, 'pid' | 'address' | 'imageDigest'>> => {
  const inspected = await inspect(container.getId());
  const image = await (await machineDockerd()).getImage(inspected.Image).inspect();
  return {
    pid: inspected.State.Pid,
    address: inspected.NetworkSettings.Networks['bridge']?.IPAddress,
    imageDigest: /sha256:[0-9a-f]{64}/.exec(image.RepoDigests?.join(' ') ?? '')?.[0] ?? '',
  };
};

/** Removes a container, running or not; does nothing when there is none. */
const remove = (name: string): Promise<void> =>
  askDockerd(`remove the container "${name}"`, async () => {
    try {
      await (await handleOf(name)).remove({force: true, v: true});
    } catch (error) {
      if ((error as {statusCode?: number}).statusCode !== 404) {
        throw error;
      }
    }
  });

/**
 * Joins the frames of an attached stream without a terminal, all of them or those of one source: 8 bytes of header, of which the first is
 * the source and the last four are the length.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export const demultiplex = (frames: Buffer, wanted?: 'stdout' | 'stderr'): string => {
  const payloads = [];
  for (let at = 0; at + 8 <= frames.length;) {
    const length = frames.readUInt32BE(at + 4);
    const source = frames[at] === 2 ? 'stderr' : 'stdout';
    if (wanted === undefined || wanted === source) payloads.push(frames.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(payloads).toString('utf8');
};
