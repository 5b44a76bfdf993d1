import {constants} from 'node:fs';
import {access, readFile, stat} from 'node:fs/promises';
import {UsageError} from '../../vms/errors.ts';
import {digestOf} from '../../vms/image/oci-documents.ts';
import type {MachineFile} from '../../vms/machine.ts';
import {RUNTIME_UNDER_TEST} from '../levels/docker-options.ts';
import {callerPath} from '../report/caller-path.ts';

/** An OCI runtime that every level is to use. */
export interface OciRuntime {
  /** What `--runc` has to say for it wherever it is called: a known name, or an absolute path. */
  readonly name: string;
  /** Of a program of this host, what it is the same by wherever its file lies. */
  readonly digest?: string;
  /** Where it is in the machine. */
  readonly path: string;
  /** What a machine needs for it: the program, where it is not the machine's own, and the configuration of dockerd. */
  readonly files: readonly MachineFile[];
}

const PATH_IN_MACHINE = '/usr/local/lib/plumbline/oci-runtime';

/** Alternatives to runc that every machine has, as the packages of its runtime set; see vms/runtimes/. */
const PACKAGED: Readonly<Record<string, string>> = {crun: '/usr/bin/crun'};

/**
 * What `--runc` asks for: a bare name is a package of the machine where it is a known one, anything else is a program of this host.
 * Throws {@link UsageError} when there is no such program, or it can't be executed.
 */
export const ociRuntime = async (name: string): Promise<OciRuntime> => {
  const packaged = Object.hasOwn(PACKAGED, name) ? PACKAGED[name] : undefined;
  if (packaged !== undefined) {
    return {name, path: packaged, files: [dockerConfiguration(packaged)]};
  }
  const program = callerPath(name);
  const file = await hostProgram(program, name);
  return {
    name: program,
    digest: digestOf(file.content),
    path: file.path,
    files: [file, dockerConfiguration(file.path)],
  };
};

/** Makes a program dockerd's default runtime. https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file */
const dockerConfiguration = (path: string): MachineFile => ({
  path: '/etc/docker/daemon.json',
  content: JSON.stringify({'default-runtime': RUNTIME_UNDER_TEST, runtimes: {[RUNTIME_UNDER_TEST]: {path}}}),
  mode: 0o644,
});

const hostProgram = async (path: string, name: string): Promise<MachineFile> => {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) {
    throw new UsageError(`Cannot use the OCI runtime "${name}": there is no such file`);
  }
  if (!facts.isFile()) {
    throw new UsageError(`Cannot use the OCI runtime "${name}": it is not a file`);
  }
  if ((facts.mode & 0o111) === 0 || !(await isExecutable(path))) {
    throw new UsageError(`Cannot use the OCI runtime "${name}": it is not executable, "chmod +x" makes it so`);
  }
  return {path: PATH_IN_MACHINE, content: await readFile(path), mode: 0o755};
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
