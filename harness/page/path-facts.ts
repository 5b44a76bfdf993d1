import type {Facts} from '../observe/fact.ts';
import type {ObservationRecord} from '../observe/observation-file.ts';
import type {CellRecord, ReachRecord} from '../report/run-record.ts';

/** One station on the way to a workload, as it was observed. */
export interface PathNode {
  readonly kind: 'port' | 'bridge' | 'outer link' | 'inner link' | 'process';
  readonly title: string;
  readonly lines: readonly string[];
  /** Whether the way leads through it; a port that nobody listens on is drawn all the same. */
  readonly onTheWay: boolean;
  /** Who asked here, and what came back. */
  readonly asked: readonly ReachRecord[];
}

/** The way from a port of the machine down to the workload's process. */
export interface Path {
  readonly nodes: readonly PathNode[];
  /** Whether the workload has a network namespace of its own: links and processes are inside. */
  readonly isOwnNetns: boolean;
}

/** The way to the workload of a cell, from what was probed and what was observed there; without an observation only what was probed. */
export const pathOf = ({reach}: Pick<CellRecord, 'reach'>, observation: ObservationRecord | undefined): Path => {
  const facts = observation === undefined ? {} : withAddress(observation.facts, reach);
  const isOwnNetns = facts['namespaces.net'] !== 'shared';
  const on = (route: ReachRecord['route']): readonly ReachRecord[] =>
    FROM_OUTSIDE_IN.flatMap((vantage) => reach.filter((entry) => entry.route === route && entry.vantage === vantage));
  const inner = innerLinks(facts);
  const port = portNode(on('port'), facts, observation, isOwnNetns);
  const process = processNode(facts, [...(inner.length === 0 ? on('address') : []), ...on('loopback')]);
  return {
    isOwnNetns,
    nodes: [
      ...(port === undefined ? [] : [port]),
      ...outerLinks(facts),
      ...inner.map((node, index) => (index === 0 ? {...node, asked: on('address')} : node)),
      process,
    ],
  };
};

const FROM_OUTSIDE_IN: readonly ReachRecord['vantage'][] = ['harness', 'neighbour', 'machine', 'container'];

/** Observations say `{address}` where no two runs agree; the probes know it. */
const withAddress = (facts: Facts, reach: readonly ReachRecord[]): Facts => {
  const url = reach.find(({route}) => route === 'address')?.url;
  if (url === undefined) {
    return facts;
  }
  const hostname = URL.parse(url)?.hostname ?? '{address}';
  const fill = (value: string): string => value.replaceAll('{address}', hostname);
  return Object.fromEntries(
    Object.entries(facts).map(([path, value]) => [
      path,
      Array.isArray(value) ? value.map((item: string) => fill(item)) : typeof value === 'string' ? fill(value) : value,
    ]),
  );
};

const portNode = (
  asked: readonly ReachRecord[],
  facts: Facts,
  observation: ObservationRecord | undefined,
  isOwnNetns: boolean,
): PathNode | undefined => {
  const [first] = asked;
  if (first === undefined) {
    return undefined;
  }
  const targets = Object.entries(facts).flatMap(([path, value]) =>
    path.startsWith('machine.rules.') ? dnatOf(path, listOf(value)) : [],
  );
  const proxy = observation?.measurements['memory.docker-proxy'] === undefined ? [] : ['docker-proxy listens too'];
  const mapped = [...targets, ...proxy];
  const isHost = observation !== undefined && !isOwnNetns;
  const nobody = observation === undefined ? 'not observed' : 'nobody listens';
  return {
    kind: 'port',
    title: `port ${URL.parse(first.url)?.port || '80'} of the machine`,
    lines: mapped.length > 0 ? mapped : [isHost ? 'the process itself listens' : nobody],
    onTheWay: mapped.length > 0 || isHost || asked.some(({seen}) => seen.kind === 'answer'),
    asked,
  };
};

/** `-p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80`: where a chain sends a port. */
const dnatOf = (path: string, rules: readonly string[]): string[] =>
  rules.flatMap((rule) => {
    const to = /-j DNAT --to-destination (\S+)/.exec(rule)?.[1];
    return to === undefined ? [] : [`DNAT to ${to}`, `in ${path.replace('machine.rules.', '').replaceAll('.', ' ')}`];
  });

/** What appeared in the machine, as `ip` lists it: `veth{n} veth master docker0`. */
const outerLinks = (facts: Facts): PathNode[] => {
  const links = listOf(facts['machine.links']).map((line) => {
    const [name = '', kind = ''] = line.split(' ');
    return {name, kind, master: / master (\S+)/.exec(line)?.[1]};
  });
  const bridges = [
    ...new Set([
      ...links.flatMap(({master}) => (master === undefined ? [] : [master])),
      ...links.filter(({kind}) => kind === 'bridge').map(({name}) => name),
    ]),
  ];
  const gateway = listOf(facts['network.routes'])
    .map((route) => /^default gateway (\S+)/.exec(route)?.[1])
    .find((address) => address !== undefined);
  return [
    ...bridges.map((name) => ({
      kind: 'bridge' as const,
      title: name,
      lines: ['bridge', ...(gateway === undefined ? [] : [`gateway ${gateway}`])],
      onTheWay: true,
      asked: [],
    })),
    ...links
      .filter(({kind}) => kind !== 'bridge')
      .map(({name, kind}) => ({
        kind: 'outer link' as const,
        title: name.replace('{n}', '…'),
        lines: [
          `${kind}, outer end`,
          ...listOf(facts['machine.routes'])
            .filter((route) => route.includes(`dev ${name} `) || route.endsWith(`dev ${name}`))
            .map((route) => `route to ${route.split(' ')[0]}`),
        ],
        onTheWay: true,
        asked: [],
      })),
  ];
};

const innerLinks = (facts: Facts): PathNode[] =>
  Object.keys(facts)
    .flatMap((path) => /^network\.links\.(.+)\.kind$/.exec(path)?.[1] ?? [])
    .filter((name) => facts[`network.links.${name}.kind`] !== 'loopback' && facts['namespaces.net'] !== 'shared')
    .map((name) => ({
      kind: 'inner link' as const,
      title: name,
      lines: [
        `${String(facts[`network.links.${name}.kind`])}, inner end`,
        ...listOf(facts[`network.links.${name}.addresses`])
          .filter((address) => address.endsWith(' global'))
          .map((address) => address.replace(' global', '')),
      ],
      onTheWay: true,
      asked: [],
    }));

const processNode = (facts: Facts, asked: readonly ReachRecord[]): PathNode => {
  const executable = facts['process.exe'];
  return {
    kind: 'process',
    title: typeof executable === 'string' ? (executable.split('/').at(-1) ?? executable) : 'the workload',
    lines: [
      ...listOf(facts['network.listening']).map((socket) => `listens ${socket}`),
      ...listOf(facts['process.tree']),
    ],
    onTheWay: true,
    asked,
  };
};

const listOf = (value: Facts[string] | undefined): readonly string[] => (Array.isArray(value) ? value : []);
