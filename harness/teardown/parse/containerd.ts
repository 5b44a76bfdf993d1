import {containerd, ownerOfPath} from '../owners.ts';
import type {Thing} from '../thing.ts';
import {recordsOf} from './sections.ts';
import type {Sections} from './sections.ts';

/** What containerd says it holds, over all its namespaces. */
export const parseContainerd = (sections: Sections): Thing[] => [
  ...recordsOf(sections, 'containerd namespaces').map(([name = '']) => ({
    kind: 'containerd namespace' as const,
    identity: name,
    owner: 'containerd',
    detail: `containerd namespace "${name}"`,
    source: 'containerd namespaces',
  })),
  ...LISTS.flatMap(([kind, source]) =>
    recordsOf(sections, source).map(([namespace = '', snapshotter = '', name = '', ...rest]) => {
      // The id of a task's first process stands in the second field, that of its container in the first, where there is one.
      const called = kind === 'containerd task' ? name || (rest[0] ?? '') : name;
      return {
        kind,
        identity: [namespace, snapshotter, called, kind === 'containerd image' ? (rest[0] ?? '') : '']
          .filter(Boolean)
          .join(' '),
        owner: containerd(namespace),
        detail: `${kind} "${called}"${snapshotter && ` of snapshotter ${snapshotter}`}`,
        source,
      };
    }),
  ),
];

const LISTS = [
  ['containerd container', 'containerd containers'],
  ['containerd task', 'containerd tasks'],
  ['containerd lease', 'containerd leases'],
  ['containerd image', 'containerd images'],
  ['containerd content', 'containerd content'],
  ['containerd snapshot', 'containerd snapshots'],
] as const;

/** Containers in the state folders of runc. */
export const parseRunc = (sections: Sections): Thing[] =>
  recordsOf(sections, 'runc').map(([root = '', id = '', pid = '']) => ({
    kind: 'runc container',
    identity: `${root}/${id}`,
    owner: ownerOfPath(root),
    detail: `runc container "${id}" of root ${root}${pid && `, process ${pid}`}`,
    source: 'runc',
  }));
