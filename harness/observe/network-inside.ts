import {socketAddress} from '../teardown/parse/processes.ts';
import type {FactValue} from './fact.ts';
import {parseJsonLines, routeSentence, type JsonObject} from './ip-json.ts';
import type {Observer} from './observer.ts';
import {linesOf, problemOf, rowsOf, wholeText, type Reading} from './reading.ts';

/** The network as the workload has it. */
export const networkInside: Observer = {
  name: 'network inside',
  families: [
    {
      path: 'network.links.*.kind',
      meaning: 'kind of the link: `veth`, `loopback`…',
      source: '`ip -d addr` in the network namespace',
    },
    {path: 'network.links.*.mtu', meaning: 'largest packet in bytes', source: '`ip -d addr` in the network namespace'},
    {
      path: 'network.links.*.flags',
      meaning: 'flags, without those of the carrier',
      source: '`ip -d addr` in the network namespace',
    },
    {
      path: 'network.links.*.mac',
      meaning: "`none`, `random`, or `made from the address` as docker's was",
      source: '`ip -d addr` in the network namespace',
    },
    {
      path: 'network.links.*.addresses',
      meaning: 'addresses with their prefix and scope',
      source: '`ip -d addr` in the network namespace',
    },
    {
      path: 'network.links.*.offload',
      meaning: 'largest segments the link takes',
      source: '`ip -d addr` in the network namespace',
    },
    {
      path: 'network.routes',
      meaning: 'routes of all tables, without those of link-local and multicast addresses',
      source: '`ip route` in the network namespace',
    },
    {path: 'network.rules', meaning: 'policy routing rules', source: '`ip rule` in the network namespace'},
    {
      path: 'network.neighbours',
      meaning: 'permanent entries of the neighbour table',
      source: '`ip neigh` in the network namespace',
    },
    {
      path: 'network.listening',
      meaning: 'listening sockets, those of unix with their path',
      source: '`/proc/PID/net/{tcp,udp,raw}{,6}` and `/proc/PID/net/unix`',
    },
    {
      path: 'network.firewall',
      meaning: 'nftables rules inside',
      source: '`nft -s list ruleset` in the network namespace',
    },
    {path: 'network.files.*', meaning: 'lines of resolv.conf, hosts and hostname', source: '`/proc/PID/root/etc`'},
  ],
  observe: (reading) => {
    const routes = [...routesOf(reading, 'inside routes4'), ...routesOf(reading, 'inside routes6')];
    const facts: Record<string, FactValue> = {
      ...linkFacts(reading),
      'network.routes': unique(
        routes
          .filter((item) => 'dst' in item)
          .map(routeSentence)
          .filter((route) => !LINK_LOCAL.test(route))
          .map(reading.normalise),
      ),
      'network.rules': unique(
        routes
          .filter((item) => 'priority' in item && !('dst' in item && 'protocol' in item))
          .filter((item) => 'src' in item)
          .map(routeSentence),
      ),
      'network.neighbours': unique(
        parseJsonLines(wholeText(reading, 'inside neighbours')).map((entry) => reading.normalise(routeSentence(entry))),
      ),
      'network.listening': unique(
        rowsOf(reading, 'listening').map(
          ([protocol = '', local = '']) =>
            `${protocol} ${reading.normalise(protocol === 'unix' ? local : socketAddress(local))}`,
        ),
      ),
      'network.firewall':
        problemOf(reading, 'inside nft') === undefined
          ? linesOf(reading, 'inside nft')
              .filter((line) => !line.startsWith('#'))
              .map((line) => reading.normalise(line.trim()))
          : 'unread',
    };
    for (const [path = '', text = ''] of rowsOf(reading, 'etc')) {
      facts[`network.files.${path}`] = text
        .split('\n')
        .map((line) => reading.normalise(line.trim().replaceAll(/\s+/g, ' ')))
        .filter((line) => line !== '' && !line.startsWith('#'));
    }
    return facts;
  },
};

/** They come and go with duplicate address detection, seconds after the link is up. */
const LINK_LOCAL = /\bfe80::|\bff00::|^multicast /;

const routesOf = (reading: Reading, section: string): JsonObject[] => parseJsonLines(wholeText(reading, section));

const linkFacts = (reading: Reading): Record<string, FactValue> => {
  const facts: Record<string, FactValue> = {};
  for (const link of parseJsonLines(wholeText(reading, 'inside links')) as unknown as Link[]) {
    const path = `network.links.${reading.normalise(link.ifname)}`;
    const addresses = link.addr_info.filter(({local}) => local !== undefined);
    facts[`${path}.kind`] = link.linkinfo?.info_kind ?? link.link_type ?? null;
    facts[`${path}.mtu`] = link.mtu;
    facts[`${path}.flags`] = link.flags.filter((flag) => !CARRIER.has(flag)).toSorted();
    facts[`${path}.mac`] = macOf(link);
    facts[`${path}.addresses`] = unique(
      addresses.map(({local, prefixlen, scope}) => reading.normalise(`${local}/${prefixlen} ${scope}`)),
    );
    facts[`${path}.offload`] = `gso ${link.gso_max_size ?? '-'} gro ${link.gro_max_size ?? '-'}`;
  }
  return facts;
};

interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly link_type?: string;
  readonly address?: string;
  readonly gso_max_size?: number;
  readonly gro_max_size?: number;
  readonly linkinfo?: {readonly info_kind?: string};
  readonly addr_info: readonly {
    readonly family?: string;
    readonly local?: string;
    readonly prefixlen: number;
    readonly scope: string;
  }[];
}

const CARRIER = new Set(['LOWER_UP', 'NO-CARRIER', 'M-DOWN']);

/** Docker made a MAC of 02:42 and the IPv4 address until 28.0: https://docs.docker.com/engine/release-notes/28/ */
const macOf = ({address, addr_info: addresses}: Link): string => {
  if (address === undefined || /^[0:]*$/.test(address)) {
    return 'none';
  }
  const made = addresses
    .filter(({family}) => family === 'inet')
    .map(({local = ''}) =>
      ['02:42', ...local.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':'),
    );
  return made.includes(address) ? 'made from the address' : 'random';
};

const unique = (items: readonly string[]): string[] => [...new Set(items)].toSorted();
