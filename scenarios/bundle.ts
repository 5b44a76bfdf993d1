import {exportArgv, parseState} from '../harness/levels/runc.ts';
import type {ExecOptions, ExecResult, ScenarioContext} from '../harness/scenario/definition.ts';
import {scratchFolder} from './scratch-folder.ts';

/** What of a spec these scenarios edit. https://github.com/opencontainers/runtime-spec/blob/main/config.md */
export interface Spec {
  ociVersion: string;
  hostname: string;
  domainname?: string;
  process: {
    terminal: boolean;
    args: string[];
    env: string[];
    cwd: string;
    user: {uid: number; gid: number; umask?: number};
    capabilities: Record<string, string[]>;
    rlimits?: {type: string; soft: number; hard: number}[];
  };
  root: {path: string; readonly: boolean};
  mounts: SpecMount[];
  hooks?: Record<string, {path: string; args: string[]}[]>;
  linux: {
    cgroupsPath?: string;
    namespaces: {type: string; path?: string}[];
    personality?: {domain: string};
    resources?: Record<string, unknown>;
    rootfsPropagation?: string;
    timeOffsets?: Record<string, {secs: number; nanosecs: number}>;
    seccomp?: unknown;
  };
}

/** A mount of a spec. */
export interface SpecMount {
  destination: string;
  type: string;
  source: string;
  options: string[];
  uidMappings?: {containerID: number; hostID: number; size: number}[];
  gidMappings?: {containerID: number; hostID: number; size: number}[];
}

/** A bundle of the inspector that is put together as people do it: `docker export`, `runc spec`, and edits. */
export class Bundle {
  readonly folder: string;
  readonly runtime: string;
  readonly #context: ScenarioContext;
  readonly #spec: string;

  private constructor(context: ScenarioContext, folder: string, runtime: string, spec: string) {
    this.#context = context;
    this.folder = folder;
    this.runtime = runtime;
    this.#spec = spec;
  }

  /** Makes the bundle, for the life of the scenario. `runtime` is the OCI runtime to use; by default the one of the runc level. */
  static async make(context: ScenarioContext, runtime = context.runc): Promise<Bundle> {
    const {machine, step, workload} = context;
    const folder = await scratchFolder(context, `${workload.name}-bundle`);
    const spec = await step('put a bundle together', async () => {
      const id = (await machine.succeed(['docker', 'create', workload.image.name])).trim();
      try {
        await machine.succeed(['mkdir', '-p', `${folder}/rootfs`]);
        await machine.succeed(exportArgv(id, `${folder}/rootfs`));
      } finally {
        await machine.succeed(['docker', 'rm', id]);
      }
      await machine.succeed([runtime, 'spec', '--bundle', folder]);
      return new TextDecoder().decode(await machine.get(`${folder}/config.json`));
    });
    return new Bundle(context, folder, runtime, spec);
  }

  /** What `runc spec` wrote. */
  get spec(): Spec {
    return JSON.parse(this.#spec) as Spec;
  }

  /** Writes the `config.json` of a container without a terminal that runs `args`, after `edit`. */
  async write(args: readonly string[], edit: (spec: Spec) => void = () => undefined): Promise<void> {
    const spec = this.spec;
    spec.process.terminal = false;
    spec.process.args = [...args];
    spec.root.readonly = false;
    edit(spec);
    await this.#context.machine.put(`${this.folder}/config.json`, JSON.stringify(spec, undefined, 2));
  }

  /** Runs `args` in a container of this bundle until it ends. */
  async run(
    id: string,
    args: readonly string[],
    edit?: (spec: Spec) => void,
    options?: ExecOptions,
  ): Promise<ExecResult> {
    await this.write(args, edit);
    return this.#context.machine.exec([this.runtime, 'run', '--bundle', this.folder, id], options);
  }

  /**
   * Creates a container that is removed after the scenario; its process waits for `runc start`. Its output goes to a file, since a
   * pipe would be held open by it.
   */
  async create(id: string, args: readonly string[], edit?: (spec: Spec) => void): Promise<void> {
    const {machine, defer} = this.#context;
    await this.write(args, edit);
    defer(() => machine.succeed([this.runtime, 'delete', '--force', id]));
    await machine.succeed([
      'sh',
      '-c',
      'exec "$1" create --bundle "$2" "$3" >"$2/$3.log" 2>&1',
      'sh',
      this.runtime,
      this.folder,
      id,
    ]);
  }

  /** What a created container has written so far. */
  async log(id: string): Promise<string> {
    return this.#context.machine.succeed(['cat', `${this.folder}/${id}.log`]);
  }

  /** What the runtime says of a container; `undefined` when it knows none. */
  async state(id: string): Promise<{readonly status: string; readonly pid: number} | undefined> {
    const {exitCode, stdout} = await this.#context.machine.exec([this.runtime, 'state', id]);
    return exitCode === 0 ? parseState(stdout) : undefined;
  }
}
