import {NEIGHBOUR_NETNS} from '../../network/neighbour.ts';
import {ownerOfLink} from '../owners.ts';
import {keyOf} from '../thing.ts';
import type {Thing} from '../thing.ts';
import {textOf} from './sections.ts';
import type {Sections} from './sections.ts';

/** As much of `ip -j -d addr` as is read. */
interface LinkJson {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly master?: string;
  readonly linkinfo?: {readonly info_kind?: string};
  readonly addr_info: readonly {
    readonly local?: string;
    readonly prefixlen: number;
    readonly scope: string;
    readonly dynamic?: boolean;
  }[];
}

type Facts = Readonly<Record<string, unknown>>;

/** Links with their addresses. */
export const parseLinks = (sections: Sections): Thing[] => {
  const links = linksOf(sections);
  return links.flatMap((link) => {
    const owner = ownerOfLink(link.ifname, link.master);
    return [
      {
        kind: 'link',
        identity: linkIdentity(link),
        owner,
        detail: `link "${linkIdentity(link)}"`,
        source: 'addresses',
      } as const,
      ...link.addr_info.map(({local, prefixlen, scope, dynamic}) => {
        const address = `${local}/${prefixlen} dev ${link.ifname} scope ${scope}${dynamic ? ' dynamic' : ''}`;
        return {
          kind: 'address',
          identity: address,
          owner: scope === 'link' ? 'kernel' : owner,
          detail: `address "${address}"`,
          source: 'addresses',
          partOf: keyOf({kind: 'link', identity: linkIdentity(link)}),
        } as const;
      }),
    ];
  });
};

/** Routes of all tables and routing rules, of both families. */
export const parseRoutes = (sections: Sections): Thing[] => {
  const links = new Map(linksOf(sections).map((link) => [link.ifname, link]));
  const addresses = new Set([...links.values()].flatMap((link) => link.addr_info.map(({local}) => local)));
  return ['routes4', 'routes6'].flatMap((source) => {
    // Two commands were given to "ip -batch": it prints a line of JSON for each.
    const [routes = '[]', rules = '[]'] = textOf(sections, source).trim().split('\n');
    return [
      ...listOf(routes)
        .filter((facts) => !isMirrorOf(addresses, facts))
        .map((facts) => routeOf(facts, links.get(String(facts['dev'])), source)),
      ...listOf(rules).map((facts) => {
        const rule = `${source === 'routes6' ? '-6 ' : ''}${sentenceOf(facts)}`;
        return {kind: 'routing rule', identity: rule, owner: 'ip', detail: `routing rule "${rule}"`, source} as const;
      }),
    ];
  });
};

/** Links, addresses and routes of the machine's neighbour, where it has one: truth tables are checked from there as well. */
export const parseNeighbour = (sections: Sections): Thing[] => {
  const [links = '', routes = ''] = textOf(sections, 'neighbour').trim().split('\n');
  const own: Sections = new Map([
    ['addresses', {problem: '', records: [[links]]}],
    ['routes4', {problem: '', records: [[routes]]}],
  ]);
  return [...parseLinks(own), ...parseRoutes(own)].map((thing) => ({
    ...thing,
    identity: ofNeighbour(thing.identity),
    detail: ofNeighbour(thing.detail),
    source: 'neighbour',
    partOf: thing.partOf === undefined ? keyOf(NEIGHBOUR) : ofNeighbour(thing.partOf),
  }));
};

const NEIGHBOUR = {kind: 'network namespace', identity: NEIGHBOUR_NETNS} as const;

const ofNeighbour = (text: string): string => `${text} of the neighbour`;

// The kernel makes a local route for each address, for IPv6 only when it knows after a second or two that nobody else has it
// (RFC 4862, section 5.4). It says nothing that the address does not say.
const isMirrorOf = (addresses: ReadonlySet<string | undefined>, {type, table, dst}: Facts): boolean =>
  type === 'local' && table === 'local' && addresses.has(String(dst));

const routeOf = (facts: Facts, link: LinkJson | undefined, source: string): Thing => {
  // Whether a link has carrier, and how long a route still lives, is not part of what the route is.
  const {flags: _flags, expires: _expires, pref: _pref, ...lasting} = facts;
  const route = sentenceOf(lasting);
  return {
    kind: 'route',
    identity: route,
    owner: facts['protocol'] === 'kernel' ? 'kernel' : link ? ownerOfLink(link.ifname, link.master) : 'ip',
    detail: `route "${route}"`,
    source,
    ...(link && {partOf: keyOf({kind: 'link', identity: linkIdentity(link)})}),
  };
};

const linkIdentity = ({ifname, flags, master, linkinfo}: LinkJson): string =>
  [
    ifname,
    ...(linkinfo?.info_kind ? [linkinfo.info_kind] : []),
    ...(master ? [`master ${master}`] : []),
    ...(flags.includes('UP') ? [] : ['down']),
  ].join(' ');

const sentenceOf = (facts: Facts): string =>
  Object.entries(facts)
    .map(([key, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return key === 'dst' || key === 'type' ? text : `${key} ${text}`;
    })
    .join(' ');

const linksOf = (sections: Sections): LinkJson[] => listOf(textOf(sections, 'addresses')) as unknown as LinkJson[];
// With nothing to say, some versions of ip print nothing, others an object without members.
const listOf = (text: string): Facts[] =>
  (JSON.parse(text.trim() || '[]') as Facts[]).filter((item) => Object.keys(item).length > 0);
