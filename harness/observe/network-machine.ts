import {nftRules, savedRules} from '../teardown/parse/firewall.ts';
import {parseLinks, parseRoutes} from '../teardown/parse/network.ts';
import {socketAddress} from '../teardown/parse/processes.ts';
import {numberDuplicates, type Thing} from '../teardown/thing.ts';
import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {linesOf, problemOf, rowsOf, type Reading} from './reading.ts';

/** What appeared in the machine's own network for the workload. */
export const networkMachine: Observer = {
  name: 'network of the machine',
  families: [
    {
      path: 'machine.links',
      meaning: 'links that appeared: bridges and veth ends',
      source: '`ip -d addr`, less the inventory before',
    },
    {path: 'machine.routes', meaning: 'routes that appeared', source: '`ip route`, less the inventory before'},
    {
      path: 'machine.rules.*',
      meaning: 'rules that appeared in a chain, in their order',
      source: '`iptables-save` and `ip6tables-save`, less the inventory before',
    },
    {
      path: 'machine.chains',
      meaning: 'chains that appeared, with their policy',
      source: '`iptables-save` and `ip6tables-save`, less the inventory before',
    },
    {
      path: 'machine.nftables',
      meaning: 'rules that appeared and that iptables does not show',
      source: '`nft -s list ruleset`, less the inventory before',
    },
    {
      path: 'machine.listening',
      meaning:
        'sockets of the network that are listened on now and were not before, by whomever, but for ports of loopback that the kernel picks',
      source: '`/proc/1/net/{tcp,udp,raw}{,6}`, less the inventory before',
    },
    {path: 'machine.unread', meaning: 'tools that could not list', source: 'the same'},
  ],
  observe: (reading) => {
    const {sections, normalise} = reading;
    const known = knownOf(reading);
    const heard = heardOf(reading);
    const appeared = (things: readonly {readonly kind: string; readonly identity: string}[], kind: string): string[] =>
      things
        .filter(
          (thing) => thing.kind === kind && !known.has(`${kind} ${thing.identity}`) && !LINK_LOCAL.test(thing.identity),
        )
        .map(({identity}) => normalise(identity))
        .toSorted();
    const rules = saved(reading).filter((text) => !known.has(`firewall rule ${text}`));
    const unread = ['addresses', 'routes4', 'iptables', 'ip6tables', 'nft'].filter(
      (name) => problemOf(reading, name) !== undefined,
    );
    const facts: Record<string, FactValue> = {
      'machine.links': appeared(parseLinks(sections), 'link'),
      'machine.routes': appeared(parseRoutes(sections), 'route'),
      'machine.chains': rules
        .filter((text) => text.includes(' chain '))
        .map(normalise)
        .filter((text) => !BUILT_IN.test(text))
        .toSorted(),
      'machine.nftables': nftRules(linesOf(reading, 'nft'), shownTables(reading))
        .filter(({text}) => !known.has(`firewall rule ${text}`))
        .map(({text}) => normalise(text)),
      'machine.listening': rowsOf(reading, 'machine listening')
        .filter(([protocol]) => protocol !== 'unix')
        .map(([protocol = '', local = '']) => `${protocol} ${socketAddress(local)}`)
        .filter((socket) => !heard.has(socket) && !isPickedByKernel(socket))
        .map(normalise)
        .toSorted(),
      ...(unread.length > 0 && {'machine.unread': unread}),
    };
    for (const [chain, texts] of Map.groupBy(rules.filter((text) => text.includes(' -A ')).map(normalise), chainOf)) {
      facts[`machine.rules.${chain}`] = texts.map((text) => text.replace(/^.* -A \S+ /, ''));
    }
    return facts;
  },
};

const LINK_LOCAL = /\bfe80::|\bff00::|\bmulticast\b/;

/** Made with the first rule of a table, with the policy the kernel starts with. */
const BUILT_IN = / chain (PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) policy ACCEPT$/;

const knownOf = ({context: {before}}: Reading): ReadonlySet<string> =>
  new Set(before?.things.map(({kind, identity}) => `${kind} ${identity}`));

/**
 * On loopback, where the CRI plugin of containerd streams to, which has another port each time. Nobody else reaches what is there. The
 * ports are those of net.ipv4.ip_local_port_range where nobody has changed it.
 */
const isPickedByKernel = (socket: string): boolean => {
  const port = Number(/^tcp 127\.0\.0\.1:(\d+)$/.exec(socket)?.[1]);
  return port >= 32_768 && port <= 60_999;
};

/** What was listened on before, by whomever. */
const heardOf = ({context: {before}}: Reading): ReadonlySet<string> =>
  new Set(
    before?.things.flatMap(({kind, identity}) =>
      kind === 'listening socket' ? [identity.replace(/ of .*$/, '')] : [],
    ),
  );

/** Numbered where a rule is there twice, as the inventory does. */
const saved = (reading: Reading): string[] =>
  numberDuplicates(
    [...savedRules('ip', linesOf(reading, 'iptables')), ...savedRules('ip6', linesOf(reading, 'ip6tables'))].map(
      ({text}): Thing => ({kind: 'firewall rule', identity: text, owner: '', detail: '', source: ''}),
    ),
  ).map(({identity}) => identity);

const shownTables = (reading: Reading): ReadonlySet<string> =>
  new Set(
    (['ip', 'ip6'] as const).flatMap((family) =>
      linesOf(reading, family === 'ip' ? 'iptables' : 'ip6tables')
        .filter((line) => line.startsWith('*'))
        .map((line) => `table ${family} ${line.slice(1)}`),
    ),
  );

const chainOf = (rule: string): string => {
  const [, family, table, chain] = /^(\S+) (\S+) -A (\S+)/.exec(rule) ?? [];
  return `${family}.${table}.${chain}`;
};
