import {ownerOfPath} from '../owners.ts';
import type {Thing} from '../thing.ts';
import type {ProcessRecord} from './processes.ts';
import {recordsOf} from './sections.ts';
import type {Sections} from './sections.ts';

/** Network namespaces with a name, that is a mount of nsfs, wherever it is. */
export const parseNamedNamespaces = (sections: Sections): Thing[] =>
  networkMounts(sections).map(([point = '']) => ({
    kind: 'network namespace',
    identity: point,
    owner: point.startsWith('/run/netns/cni-') ? 'CNI' : ownerOfPath(point),
    detail: `network namespace "${point.slice(point.lastIndexOf('/') + 1)}" at ${point}`,
    source: 'mounts',
  }));

/**
 * Network namespaces that only an open file keeps alive: no process is in them and no mount names them, so nothing else of the
 * inventory would show them. Those with processes are not listed: the process is what was left behind.
 */
export const parseHeldNamespaces = (sections: Sections, processes: ReadonlyMap<string, ProcessRecord>): Thing[] => {
  const known = new Set([
    ...[...processes.values()].map(({netns}) => netns),
    ...networkMounts(sections).map((fields) => fields[3]),
  ]);
  const holders = new Map(recordsOf(sections, 'held').map(([pid = '', netns = '']) => [netns, pid]));
  return [...holders]
    .filter(([netns]) => !known.has(netns))
    .map(([netns, pid]) => {
      const holder = processes.get(pid)?.name ?? 'unknown';
      return {
        kind: 'network namespace',
        identity: `held open by ${holder}`,
        owner: holder,
        detail: `network namespace "${netns}" without a name, held open by process ${pid} (${holder})`,
        source: 'held',
      };
    });
};

/** Mounts of network namespaces. */
export const networkMounts = (sections: Sections): readonly (readonly string[])[] =>
  recordsOf(sections, 'mounts').filter(([, type, , root]) => type === 'nsfs' && root?.startsWith('net:'));
