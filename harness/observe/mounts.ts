import type {FactValue} from './fact.ts';
import {parseMounts, type Mount} from './mount-table.ts';
import type {Observer} from './observer.ts';
import {linesOf} from './reading.ts';

const SOURCE = '`/proc/PID/mountinfo`';

/** What is mounted in the workload's mount namespace. */
export const mounts: Observer = {
  name: 'mounts',
  families: [
    {path: 'mounts.*.type', meaning: 'type of the file system; `bind` for files of the machine', source: SOURCE},
    {path: 'mounts.*.source', meaning: 'source, and for files of the machine their path there', source: SOURCE},
    {path: 'mounts.*.options', meaning: 'options of the mount and of its file system', source: SOURCE},
    {path: 'mounts.*.propagation', meaning: '`private`, `slave`, `shared`, `unbindable`', source: SOURCE},
    {path: 'mounts.*.root', meaning: 'what of the file system is mounted, where it is not all', source: SOURCE},
  ],
  observe: (reading) => {
    const facts: Record<string, FactValue> = {};
    const ofMachine = parseMounts(linesOf(reading, 'machine mountinfo'));
    const counts = new Map<string, number>();
    for (const mount of parseMounts(linesOf(reading, 'mountinfo'))) {
      const count = (counts.get(mount.point) ?? 0) + 1;
      counts.set(mount.point, count);
      const path = `mounts.${reading.normalise(mount.point)}${count === 1 ? '' : ` #${count}`}`;
      const bound = pathInMachine(mount, ofMachine);
      facts[`${path}.type`] = bound === undefined ? mount.type : 'bind';
      facts[`${path}.source`] = reading.normalise(bound ?? mount.source);
      facts[`${path}.options`] = optionsOf(mount, bound !== undefined);
      facts[`${path}.propagation`] = mount.propagation;
      if (bound === undefined && mount.root !== '/') {
        facts[`${path}.root`] = reading.normalise(mount.root);
      }
    }
    return facts;
  },
};

/** Path in the machine of what is mounted, where it is a part of one of the machine's own disks. */
const pathInMachine = (mount: Mount, ofMachine: readonly Mount[]): string | undefined => {
  // What is mounted whole was mounted for the workload, even where the machine sees it too, as it sees docker's overlays.
  if (mount.root === '/' || KERNELS.has(mount.type)) {
    return undefined;
  }
  const on = ofMachine
    .filter(({device, root}) => device === mount.device && isUnder(mount.root, root))
    .toSorted((one, other) => other.root.length - one.root.length)[0];
  return on === undefined
    ? undefined
    : `${on.point}/${mount.root.slice(on.root === '/' ? 0 : on.root.length)}`.replaceAll(/\/+/g, '/');
};

const isUnder = (path: string, folder: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

/** File systems without a disk: their instance is the machine's even where it is mounted anew. */
const KERNELS = new Set([
  'proc',
  'sysfs',
  'cgroup',
  'cgroup2',
  'mqueue',
  'devpts',
  'devtmpfs',
  'securityfs',
  'bpf',
  'debugfs',
  'tracefs',
]);

/** Options in alphabetical order. Those of the file system say something of the workload only where it is its own. */
const optionsOf = ({options, superOptions, type}: Mount, isBound: boolean): string[] => {
  const own = isBound ? [] : superOptions.filter((option) => option !== 'rw' && option !== 'ro');
  const layers = own
    .filter((option) => option.startsWith('lowerdir'))
    .flatMap((option) => option.replace(/^lowerdir\+?=/, '').split(':'));
  const rest = own.filter(
    (option) => !/^(lowerdir\+?|upperdir|workdir)=/.test(option) && !/^inode(32|64)$/.test(option),
  );
  return [
    ...new Set([
      ...options,
      ...rest,
      ...(layers.length > 0 ? [`lowerdir of ${layers.length}`] : []),
      // A read-only file system under a mount that is writable, or the other way round.
      ...(!isBound && type !== 'overlay' && superOptions[0] !== options[0] ? [`file system ${superOptions[0]}`] : []),
    ]),
  ].toSorted();
};
