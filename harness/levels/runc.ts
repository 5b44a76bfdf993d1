import {z} from 'zod';
import {understood} from '../../vms/machine-output.ts';
import type {ExecResult, Machine} from '../../vms/machine.ts';
import {makeNetns} from '../network/netns.ts';
import {exitCodeOf, startInForeground, untilRunning, type ForegroundContainer} from './foreground.ts';
import {
  containerName,
  type ExecInside,
  type Level,
  type LevelContext,
  type RunningWorkload,
  type WorkloadState,
} from './level.ts';
import {editSpec} from './runc-spec.ts';

/** runc itself, given a bundle that was put together by hand. */
export const runc: Level = {
  name: 'runc',
  start: async (context) => {
    const {machine, steps, workload, signal} = context;
    const name = containerName(workload);
    const binary = context.ociRuntime ?? 'runc';
    await using undo = new AsyncDisposableStack();
    const netns = undo.use(await makeNetns(machine, steps));
    const bundle = `/var/lib/plumbline/${name}`;
    undo.defer(async () => void (await machine.succeed(['rm', '-rf', '/var/lib/plumbline'])));
    const imageDigest = await makeBundle(context, binary, bundle, netns.path);
    const argv = runcRunArgv(binary, bundle, name);
    const container = startInForeground(machine, argv, `${bundle}/log`);
    undo.defer(() => remove(machine, binary, name, container));
    const runningPid = () => pidOfRunning(machine, binary, name);
    const pid = await steps.step(
      'run the bundle',
      () => untilRunning({machine, container, layer: 'runc', argv, complaint: COMPLAINT, runningPid, signal}),
      argv,
    );
    return new RuncWorkload(
      {machine, binary, name, container, pid, bundle, address: netns.address, imageDigest},
      undo.move(),
    );
  },
};

const remove = async (
  machine: Machine,
  binary: string,
  name: string,
  container: ForegroundContainer,
): Promise<void> => {
  if (container.exitCode() === undefined) {
    // "runc delete --force" kills as well, and sleeps for a tenth of a second before it looks whether that was of use.
    const {exitCode} = await machine.exec([binary, 'kill', name, 'SIGKILL']);
    await (exitCode === 0 && container.ended);
  }
  await machine.exec([binary, 'delete', '--force', name]);
  await container.ended;
};

/** The last line of runc (`level=error` or `ERRO[0000]`, after the format of its log) and of crun (`TIME: MESSAGE`). */
const COMPLAINT = /^(?:time=.*level=error|ERRO\[|runc run failed|\d{4}-\d\d-\d\dT[\d:.]+Z?: )/;

/** The `runc run` of a bundle, in the foreground, since nobody else could tell the exit code. */
export const runcRunArgv = (binary: string, bundle: string, name: string): string[] => [
  binary,
  'run',
  '--bundle',
  bundle,
  name,
];

/** The `runc exec` of a command. */
export const runcExecArgv = (
  binary: string,
  name: string,
  argv: readonly string[],
  {user}: ExecInside = {},
): string[] => [binary, 'exec', ...(user === undefined ? [] : ['--user', user]), name, ...argv];

/** Puts the bundle of a workload together in a folder of the machine; returns the digest of its image's manifest. */
export const makeBundle = async (
  context: Pick<LevelContext, 'machine' | 'steps' | 'workload'>,
  binary: string,
  bundle: string,
  netns: string,
): Promise<string> => {
  const imageDigest = await makeRootfs(context, bundle);
  await makeConfig(context, binary, bundle, netns);
  return imageDigest;
};

/** Unpacks the image as docker sees it; returns the digest of its manifest. */
const makeRootfs = async (
  {machine, steps, workload}: Pick<LevelContext, 'machine' | 'steps' | 'workload'>,
  bundle: string,
): Promise<string> => {
  const image = workload.image.name;
  const rootfs = `${bundle}/rootfs`;
  await machine.succeed(['mkdir', '-p', rootfs]);
  const id = (await steps.command('create a container to export', machine, ['docker', 'create', image])).trim();
  try {
    const [inspected] = await Promise.all([
      machine.succeed(['docker', 'inspect', id, image]),
      steps.command('export its file system', machine, exportArgv(id, rootfs)),
    ]);
    return manifestDigest(inspected);
  } finally {
    await machine.succeed(['docker', 'rm', '--force', id]);
  }
};

/** Unpacks the file system of a container of docker into a folder. */
export const exportArgv = (id: string, folder: string): string[] => ['sh', '-c', EXPORT, 'sh', id, folder];

// Constant text. An archive that ends between two members is whole for tar, and the status of a pipe is that of its last command.
const EXPORT = '{ docker export "$1" || : >"$2.failed"; } | tar -C "$2" -xf - && [ ! -e "$2.failed" ]';

/** Reads what `docker inspect` says of a container and an image: the digest of the image's manifest, if the container is of that image. */
export const manifestDigest = (text: string): string => {
  const [container, image] = understood('what docker inspects', () => inspectedSchema.parse(JSON.parse(text)));
  return container.Image === image.Id
    ? (/sha256:[0-9a-f]{64}/.exec(image.RepoDigests?.join(' ') ?? '')?.[0] ?? '')
    : '';
};

const inspectedSchema = z.tuple([
  z.object({Image: z.string()}),
  z.object({Id: z.string(), RepoDigests: z.array(z.string()).nullish()}),
]);

const makeConfig = async (
  {machine, steps, workload}: Pick<LevelContext, 'machine' | 'steps' | 'workload'>,
  binary: string,
  bundle: string,
  netns: string,
): Promise<void> => {
  await steps.command('write a default spec', machine, [binary, 'spec', '--bundle', bundle]);
  await steps.step('edit the spec', async () => {
    const path = `${bundle}/config.json`;
    const config: unknown = JSON.parse(new TextDecoder().decode(await machine.get(path)));
    await machine.put(path, JSON.stringify(editSpec(config, workload, netns), undefined, 2));
  });
};

/** The pid of the container's init, and `undefined` unless runc calls the container running. */
const pidOfRunning = async (machine: Machine, binary: string, name: string): Promise<number | undefined> => {
  const {exitCode, stdout} = await machine.exec([binary, 'state', name]);
  const {status, pid} = exitCode === 0 ? parseState(stdout) : {status: 'absent', pid: undefined};
  return status === 'running' ? pid : undefined;
};

/** Reads what `runc state` prints: https://github.com/opencontainers/runtime-spec/blob/main/runtime.md#state */
export const parseState = (text: string): z.infer<typeof stateSchema> =>
  understood('the state that the OCI runtime prints', () => stateSchema.parse(JSON.parse(text)));

/** Without a process the id is 0, and may be left out. */
const stateSchema = z.object({status: z.string(), pid: z.int().nonnegative().default(0)});

interface Facts {
  readonly machine: Machine;
  readonly binary: string;
  readonly name: string;
  readonly container: ForegroundContainer;
  readonly pid: number;
  readonly bundle: string;
  readonly address: string;
  readonly imageDigest: string;
}

class RuncWorkload implements RunningWorkload {
  readonly name: string;
  readonly pid: number;
  readonly bundle: string;
  readonly address: string;
  readonly imageDigest: string;
  readonly #facts: Facts;
  readonly #undo: AsyncDisposableStack;

  constructor(facts: Facts, undo: AsyncDisposableStack) {
    this.name = facts.name;
    this.pid = facts.pid;
    this.bundle = facts.bundle;
    this.address = facts.address;
    this.imageDigest = facts.imageDigest;
    this.#facts = facts;
    this.#undo = undo;
  }

  async state(): Promise<WorkloadState> {
    const {machine, binary, name} = this.#facts;
    return (await pidOfRunning(machine, binary, name)) === undefined ? 'stopped' : 'running';
  }

  logs(): Promise<string> {
    return this.#facts.container.logs();
  }

  exec(argv: readonly string[], options?: ExecInside): Promise<ExecResult> {
    const {machine, binary, name} = this.#facts;
    return machine.exec(runcExecArgv(binary, name, argv, options));
  }

  async kill(signal: string): Promise<void> {
    const {machine, binary, name} = this.#facts;
    await machine.succeed([binary, 'kill', name, signal]);
  }

  waitForExit(signal: AbortSignal): Promise<number> {
    return exitCodeOf(this.#facts.container, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
