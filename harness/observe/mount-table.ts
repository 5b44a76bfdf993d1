/** One line of a mountinfo file. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
export interface Mount {
  readonly device: string;
  /** What of the file system is mounted. */
  readonly root: string;
  readonly point: string;
  readonly options: readonly string[];
  readonly propagation: string;
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

/** Reads a mountinfo file, in the order in which things were mounted. */
export const parseMounts = (lines: readonly string[]): Mount[] =>
  lines.map((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device = '', root = '', point = '', options = '', ...tags] = left.split(' ');
    const [type = '', source = '', superOptions = ''] = right.split(' ');
    return {
      device,
      root: unescape(root),
      point: unescape(point),
      options: options.split(','),
      propagation:
        tags
          .map((tag) => PROPAGATION[tag.split(':')[0] ?? ''])
          .filter(Boolean)
          .join(' and ') || 'private',
      type,
      source: unescape(source),
      superOptions: superOptions.split(',').map(unescape),
    };
  });

const PROPAGATION: Readonly<Record<string, string>> = {shared: 'shared', master: 'slave', unbindable: 'unbindable'};

const unescape = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The mount that a path is on: the last one among those with the longest mount point. */
export const mountOf = (mounts: readonly Mount[], path: string): Mount | undefined =>
  mounts
    .filter(({point}) => path === point || point === '/' || path.startsWith(`${point}/`))
    .reduce<Mount | undefined>(
      (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
      undefined,
    );
