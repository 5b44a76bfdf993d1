import {setTimeout} from 'node:timers/promises';
import {PlumblineError} from '../../vms/errors.ts';
import type {Machine, RunningCommand} from '../../vms/machine.ts';
import {makeNetns} from '../network/netns.ts';
import {pullWithDocker} from './docker-cli.ts';
import {containerName, type Level, type LevelContext, type RunningWorkload, type WorkloadState} from './level.ts';
import {editSpec} from './runc-spec.ts';

/** runc itself, given a bundle that was put together by hand. */
export const runc: Level = {
  name: 'runc',
  prepare: (context) => pullWithDocker(context),
  start: async (context) => {
    const {machine, steps, workload} = context;
    const name = containerName(workload);
    const binary = context.ociRuntime ?? 'runc';
    await using undo = new AsyncDisposableStack();
    const netns = undo.use(await makeNetns(machine, steps));
    const bundle = `/var/lib/plumbline/${name}`;
    undo.defer(async () => void (await machine.succeed(['rm', '-rf', bundle])));
    const imageDigest = await makeRootfs(context, bundle);
    await makeConfig(context, binary, bundle, netns.path);
    const log = `${bundle}/log`;
    const command = machine.spawn(['sh', '-c', 'log=$1; shift; exec "$@" >"$log" 2>&1', 'sh', log, ...runcRunArgv(binary, bundle, name)]);
    undo.defer(async () => {
      await machine.exec([binary, 'delete', '--force', name]);
      await command.ended;
    });
    const pid = await steps.step('run the bundle', () => untilRunning({machine, binary, name, log, command, signal: context.signal}), runcRunArgv(binary, bundle, name));
    return new RuncWorkload({machine, binary, name, pid, bundle, address: netns.address, imageDigest, log, command}, undo.move());
  },
};

/** The `runc run` of a bundle, in the foreground, since nobody else could tell the exit code. */
export const runcRunArgv = (binary: string, bundle: string, name: string): string[] => [binary, 'run', '--bundle', bundle, name];

/** Unpacks the image as docker sees it; returns the digest of its manifest. */
const makeRootfs = async ({machine, steps, workload}: LevelContext, bundle: string): Promise<string> => {
  const image = workload.image.name;
  await machine.succeed(['mkdir', '-p', `${bundle}/rootfs`]);
  const id = (await steps.command('create a container to export', machine, ['docker', 'create', image])).trim();
  try {
    await steps.command('export its file system', machine, ['docker', 'export', '--output', `${bundle}/rootfs.tar`, id]);
    await steps.command('unpack it', machine, ['tar', '-C', `${bundle}/rootfs`, '-xf', `${bundle}/rootfs.tar`]);
    const digests = await machine.succeed(['docker', 'inspect', '--format', '{{.Image}}', id]);
    return await manifestDigest(machine, digests.trim());
  } finally {
    await machine.succeed(['docker', 'rm', '--force', id]);
  }
};

const manifestDigest = async (machine: Machine, imageId: string): Promise<string> => {
  const digests = await machine.succeed(['docker', 'image', 'inspect', '--format', '{{join .RepoDigests " "}}', imageId]);
  return /sha256:[0-9a-f]{64}/.exec(digests)?.[0] ?? '';
};

const makeConfig = async ({machine, steps, workload}: LevelContext, binary: string, bundle: string, netns: string): Promise<void> => {
  await steps.command('write a default spec', machine, [binary, 'spec', '--bundle', bundle]);
  await steps.step('edit the spec', async () => {
    const path = `${bundle}/config.json`;
    const config: unknown = JSON.parse(new TextDecoder().decode(await machine.get(path)));
    await machine.put(path, JSON.stringify(editSpec(config, workload, netns), undefined, 2));
  });
};

interface Starting {
  readonly machine: Machine;
  readonly binary: string;
  readonly name: string;
  readonly log: string;
  readonly command: RunningCommand;
  readonly signal: AbortSignal;
}

/** Waits until the runtime calls the container running; returns the pid of its init. */
const untilRunning = async ({machine, binary, name, log, command, signal}: Starting): Promise<number> => {
  let exitCode: number | undefined;
  let hasEnded = false;
  void command.ended.then((result) => {
    hasEnded = true;
    exitCode = result.exitCode;
  });
  for (;;) {
    // Asked for before the look at the command: a container that ran and ended in between is then still seen as ended.
    const ended = hasEnded;
    const {status, pid} = await readState(machine, binary, name);
    if (status === 'running') {
      return pid;
    }
    if (ended) {
      const said = (await machine.exec(['tail', '-n', '5', log])).stdout.trim();
      throw new PlumblineError('runtime', `Cannot run the bundle: ${binary} ended with exit code ${exitCode}${said && `, ${said}`}`, {
        layer: 'runc',
        expected: 'a running container',
        seen: said || `exit code ${exitCode}`,
      });
    }
    await setTimeout(10, undefined, {signal});
  }
};

const readState = async (machine: Machine, binary: string, name: string): Promise<{readonly status: string; readonly pid: number}> => {
  const {exitCode, stdout} = await machine.exec([binary, 'state', name]);
  return exitCode === 0 ? (JSON.parse(stdout) as {status: string; pid: number}) : {status: 'absent', pid: 0};
};

class RuncWorkload implements RunningWorkload {
  readonly name: string;
  readonly pid: number;
  readonly bundle: string;
  readonly address: string;
  readonly imageDigest: string;
  readonly #facts: Omit<Starting, 'signal'>;
  readonly #undo: AsyncDisposableStack;

  constructor(facts: Omit<Starting, 'signal'> & {readonly pid: number; readonly bundle: string; readonly address: string; readonly imageDigest: string}, undo: AsyncDisposableStack) {
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
    return (await readState(machine, binary, name)).status === 'running' ? 'running' : 'stopped';
  }

  logs(): Promise<string> {
    return this.#facts.machine.succeed(['cat', this.#facts.log]);
  }

  async kill(signal: string): Promise<void> {
    const {machine, binary, name} = this.#facts;
    await machine.succeed([binary, 'kill', name, signal]);
  }

  async waitForExit(signal: AbortSignal): Promise<number> {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), {once: true});
    });
    const {exitCode = 0} = await Promise.race([this.#facts.command.ended, aborted]);
    return exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
