import {constants} from 'node:fs';
import {access, readFile, stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import type {MachineFile} from '../../vms/machine.ts';

/** An OCI runtime of this host, as a machine is to have it. */
export interface OciRuntimeFiles {
  readonly file: MachineFile;
  /** Makes it dockerd's default runtime. https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file */
  readonly dockerConfiguration: MachineFile;
}

const PATH_IN_MACHINE = '/usr/local/lib/plumbline/oci-runtime';

/** Reads the program given with `--runc`. Throws {@link UsageError} when there is none, or it can't be executed. */
export const ociRuntimeFile = async (path: string): Promise<OciRuntimeFiles> => {
  const full = resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
  const facts = await stat(full).catch(() => undefined);
  if (facts === undefined) {
    throw new UsageError(`Cannot use the OCI runtime "${path}": there is no such file`);
  }
  if (!facts.isFile()) {
    throw new UsageError(`Cannot use the OCI runtime "${path}": it is not a file`);
  }
  if ((facts.mode & 0o111) === 0 || !(await isExecutable(full))) {
    throw new UsageError(`Cannot use the OCI runtime "${path}": it is not executable, "chmod +x" makes it so`);
  }
  return {
    file: {path: PATH_IN_MACHINE, content: await readFile(full), mode: 0o755},
    dockerConfiguration: {
      path: '/etc/docker/daemon.json',
      content: JSON.stringify({'default-runtime': 'candidate', runtimes: {candidate: {path: PATH_IN_MACHINE}}}),
      mode: 0o644,
    },
  };
};

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
