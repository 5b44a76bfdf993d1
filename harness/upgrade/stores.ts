import type {Machine} from '../../vms/machine.ts';

/** What the runtimes of a machine list, by kind of thing; `undefined` where the runtime could not be asked. */
export type Stores = Readonly<Record<string, readonly string[] | undefined>>;

/** How each kind of thing is listed, one a line. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'docker images': ['docker', 'images', '--all', '--no-trunc', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}'],
  'docker containers': ['docker', 'ps', '--all', '--no-trunc', '--format', '{{.Names}} {{.ID}}'],
  // By name alone: dockerd makes its own bridge anew at each start.
  'docker networks': ['docker', 'network', 'ls', '--format', '{{.Name}}'],
  'docker volumes': ['docker', 'volume', 'ls', '--format', '{{.Name}}'],
  'containerd images': ['ctr', 'images', 'list', '--quiet'],
  'containerd containers': ['ctr', 'containers', 'list', '--quiet'],
  'containerd tasks': ['ctr', 'tasks', 'list', '--quiet'],
  'runc containers': ['runc', 'list', '--quiet'],
};

/** Asks every runtime for what it knows. */
export const readStores = async (machine: Machine): Promise<Stores> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(LISTS).map(async ([kind, argv]) => {
        const {exitCode, stdout} = await machine.exec(argv);
        return [kind, exitCode === 0 ? stdout.split('\n').filter(Boolean).sort() : undefined] as const;
      }),
    ),
  );

/** What the new versions can not read: sentences without a final period, about what was listed before and is not after. */
export const lostFrom = (before: Stores, after: Stores): string[] =>
  Object.entries(before).flatMap(([kind, things]) => {
    const left = after[kind];
    if (things !== undefined && left === undefined) {
      return [`The new version can not list ${kind}`];
    }
    return (things ?? [])
      .filter((thing) => !left?.includes(thing))
      .map((thing) => `The new version does not list "${thing}" of ${kind}`);
  });
