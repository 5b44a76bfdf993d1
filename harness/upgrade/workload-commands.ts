import type {UpgradeWorkload} from './upgrade-workload.ts';

/** Folder in the machine with the bundle of a runc workload. */
export const bundleOf = ({name}: Pick<UpgradeWorkload, 'name'>): string => `/var/lib/plumbline/${name}`;

/**
 * The command that starts a workload in the background. A client in the foreground would be one more thing that an upgrade breaks, and
 * nobody leaves one running on a server.
 */
export const startArgv = ({
  level,
  name,
  image,
  port,
  publishedPort,
  restartPolicy = 'no',
  netns,
}: UpgradeWorkload): string[] => {
  switch (level) {
    case 'docker':
      return [
        'docker',
        'run',
        '--detach',
        '--name',
        name,
        '--restart',
        restartPolicy,
        '--publish',
        `${publishedPort}:${port}`,
        image,
      ];
    case 'ctr':
      // Without --null-io its output would go into a pipe that nobody reads once ctr has ended.
      return [
        'ctr',
        'run',
        '--detach',
        '--null-io',
        ...(netns === undefined ? [] : ['--with-ns', `network:/run/netns/${netns.name}`]),
        image,
        name,
      ];
    case 'runc':
      return [
        'sh',
        '-c',
        INTO_FILE,
        `${bundleOf({name})}/log`,
        'runc',
        'run',
        '--detach',
        '--bundle',
        bundleOf({name}),
        name,
      ];
  }
};

const INTO_FILE = 'exec "$@" >"$0" 2>&1 </dev/null';

/** The command that runs `/bin/true` in a workload, which takes the whole stack: daemon, shim and OCI runtime. */
export const execArgv = ({level, name}: Pick<UpgradeWorkload, 'level' | 'name'>): string[] => {
  switch (level) {
    case 'docker':
      return ['docker', 'exec', name, 'true'];
    case 'ctr':
      return ['ctr', 'tasks', 'exec', '--exec-id', 'after-upgrade', name, 'true'];
    case 'runc':
      return ['runc', 'exec', name, 'true'];
  }
};

/** The commands that end and remove a workload, in order. */
export const removeArgvs = ({level, name}: Pick<UpgradeWorkload, 'level' | 'name'>): string[][] => {
  switch (level) {
    case 'docker':
      return [['docker', 'rm', '--force', '--volumes', name]];
    case 'ctr':
      return [
        ['ctr', 'tasks', 'delete', '--force', name],
        ['ctr', 'containers', 'delete', name],
      ];
    case 'runc':
      return [['runc', 'delete', '--force', name]];
  }
};
