import {spawn} from 'node:child_process';
import {open, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {HostError, MachineError, ProvisionError} from '../../errors.ts';
import {identify, isAlive, processIdentity, tiedArgv, type ProcessIdentity} from '../../processes.ts';
import {quoteWords} from '../../transport/posix-quote.ts';
import {lastLines} from '../../guest/console-patterns.ts';

/** Files in the folder of a machine. */
export const machineFiles = {
  disk: 'disk.qcow2',
  initrd: 'initrd',
  console: 'console.log',
  /** What QEMU itself says. */
  log: 'qemu.log',
  /** The command line, for a person to repeat. */
  commandLine: 'qemu.sh',
  /** The process that is the machine now: it is another one after a restore. */
  process: 'process.json',
} as const;

/** A QEMU process. */
export interface QemuProcess {
  readonly identity: ProcessIdentity;
  /** Aborts when the process ends, with a {@link MachineError} that has the last lines of the console as reason. */
  readonly ended: AbortSignal;
}

/** Options of {@link launchQemu}. */
export interface LaunchOptions {
  /** The machine's folder. */
  readonly folder: string;
  /** Whether the process is to end with this one, however that ends. Only on Linux. */
  readonly isTied: boolean;
}

/** Starts QEMU in a session of its own. Throws {@link HostError} when it can't be started. */
export const launchQemu = async (argv: readonly string[], {folder, isTied}: LaunchOptions): Promise<QemuProcess> => {
  await writeFile(join(folder, machineFiles.commandLine), `${quoteWords(argv)}\n`, {mode: 0o600});
  const [file = '', ...rest] = isTied ? tiedArgv(argv) : argv;
  const log = await open(join(folder, machineFiles.log), 'a', 0o600);
  try {
    const child = spawn(file, rest, {detached: true, stdio: ['ignore', log.fd, log.fd], cwd: folder});
    const ended = new AbortController();
    const end = (how: string): void => {
      void describeEnd(folder, argv, how).then((error) => ended.abort(error));
    };
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(notStarted(file, cause)));
    });
    child.unref();
    const identity = await identify(child.pid ?? 0).catch(() => undefined);
    if (identity === undefined) throw await describeEnd(folder, argv, 'at once');
    await writeFile(join(folder, machineFiles.process), JSON.stringify(identity));
    return {identity, ended: ended.signal};
  } finally {
    await log.close();
  }
};

/** Whether the machine of this folder has a process that runs. */
export const isRunning = async (folder: string): Promise<boolean> => {
  const identity = await readProcess(folder);
  return identity !== undefined && isAlive(identity);
};

/** The process of the machine of this folder, dead or alive; `undefined` when it never had one. */
export const readProcess = async (folder: string): Promise<ProcessIdentity | undefined> => {
  try {
    return processIdentity.parse(JSON.parse(await readFile(join(folder, machineFiles.process), 'utf8')));
  } catch {
    return undefined;
  }
};

/** Makes the image that a machine writes to; it holds what differs from `backing`. */
export const makeOverlay = async (overlay: string, backing: string, format: 'raw' | 'qcow2'): Promise<void> => {
  const argv = ['create', '-q', '-f', 'qcow2', '-F', format, '-b', backing, overlay];
  const result = await execa('qemu-img', argv, {reject: false, stdin: 'ignore'});
  if (result.failed) {
    throw new ProvisionError(`Cannot make the disk of a machine: ${result.stderr || result.shortMessage}`, {
      command: ['qemu-img', ...argv],
    });
  }
};

const describeEnd = async (folder: string, argv: readonly string[], how: string): Promise<MachineError> => {
  const [console, log] = await Promise.all(
    [machineFiles.console, machineFiles.log].map(async (name) => readFile(join(folder, name), 'utf8').catch(() => '')),
  );
  const said = lastLines(log ?? '', 2) || lastLines(console ?? '');
  return new MachineError(`Cannot use the machine any more: QEMU has ended (${how})${said && `, ${said}`}`, {
    command: argv,
    layer: 'qemu',
    seen: lastLines(console ?? '', 10),
  });
};

const notStarted = (file: string, cause: Error): HostError =>
  new HostError(
    `Cannot start "${file}": ${cause.message}`,
    [{sentence: `${file} does not start`, remedy: 'npm run setup'}],
    {cause},
  );
