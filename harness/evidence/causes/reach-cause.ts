import type {ReachRecord} from '../../report/run-record.ts';
import {dropsPackets, ruleSentence} from '../firewall-counters.ts';
import type {StateProcess, StateSocket} from '../machine-state.ts';
import type {Cause, CauseContext} from './cause.ts';
import {textOf} from '../../teardown/parse/sections.ts';

type Search = (context: Inside, broken: ReachRecord) => Cause | undefined;

interface Inside extends CauseContext {
  /** Inode of the workload's network namespace. */
  readonly netns: string;
  readonly init: StateProcess | undefined;
  readonly address: string | undefined;
}

/** Why the workload did not answer, or not to the end, where it must; the way of a request is looked at from its end to its beginning. */
export const reachCause = (context: CauseContext): Cause | undefined => {
  const broken = context.reach.find(
    ({held, expected, seen}) =>
      !held && expected === 'answers' && (seen.kind === 'silent' || seen.brokenOff !== undefined),
  );
  if (broken === undefined || context.running === undefined) {
    return undefined;
  }
  const init = context.state.processes.get(context.running.pid);
  const inside: Inside = {...context, init, netns: netnsOf(context, init), address: context.running.address};
  for (const search of SEARCHES) {
    const cause = search(inside, broken);
    if (cause !== undefined) {
      return cause;
    }
  }
  return undefined;
};

/** That of its init; of an init that is gone, the namespace with the name that levels give it. */
const netnsOf = ({state, cell}: CauseContext, init: StateProcess | undefined): string =>
  init?.netns ??
  (cell.network === 'netns' ? ([...state.namedNetns].find(([name]) => name !== 'neighbour')?.[1] ?? '') : '');

const ended: Search = ({init, running}) =>
  init === undefined || init.state === 'Z'
    ? {
        failureClass: 'workload',
        layer: 'workload',
        sentence: `the workload has ended, its init (process ${running?.pid}) is gone`,
      }
    : undefined;

const stopped: Search = ({state, init}) => {
  const own = [...state.processes.values()].filter(({pid, parent}) => pid === init?.pid || parent === init?.pid);
  const still = own.filter((process) => process.state === 'T');
  return still.length === 0
    ? undefined
    : {
        failureClass: 'workload',
        layer: 'workload',
        sentence: `the workload hangs, ${still.length} of its ${own.length} processes are stopped by a signal (state T)`,
      };
};

const addressGone: Search = ({state, netns, address}, {route}) => {
  const links = state.links.get(netns);
  if (links === undefined || address === undefined || route === 'loopback') {
    return undefined;
  }
  const link = links.find(({addresses}) => addresses.includes(address));
  if (link?.isUp) {
    return undefined;
  }
  const names = links.filter(({name}) => name !== 'lo').map(({name}) => `"${name}"`);
  return {
    failureClass: 'probe',
    layer: 'network namespace',
    sentence:
      link === undefined
        ? `the address ${address} is gone from the workload's network namespace (links there: ${names.join(', ') || 'none but lo'})`
        : `link "${link.name}" with the address ${address} is down in the workload's network namespace`,
  };
};

const noListener: Search = ({state, netns, workload}) => {
  const listening = state.sockets.filter((one) => one.isListening && one.netns === netns);
  if (listening.some(({port}) => port === workload.port)) {
    return undefined;
  }
  const others = [...new Set(listening.map(({port}) => port))].join(', ');
  return {
    failureClass: 'workload',
    layer: 'workload',
    sentence: `nothing listens on port ${workload.port} in the workload's network namespace${others && `, only on ${others}`}`,
  };
};

/** The kernel makes the connection, and nobody takes it: the sign of a server that hangs. */
const notAccepted: Search = ({state, netns, workload, isStarved}) => {
  if (isStarved) {
    return undefined;
  }
  const full = state.sockets.find(
    (one): one is StateSocket =>
      one.isListening && one.netns === netns && one.port === workload.port && one.waiting > 0,
  );
  return full === undefined
    ? undefined
    : {
        failureClass: 'workload',
        layer: 'workload',
        sentence: `the workload hangs, ${full.waiting} connections to its port ${workload.port} wait to be accepted${full.holder && ` by process ${full.holder.pid} "${full.holder.name}" (state ${full.holder.state})`}`,
      };
};

/** From the machine itself to its 127.0.0.1 docker leads through a process of its own; from elsewhere through a rule. */
const noPortMap: Search = ({state, cell, workload, address}, {route, vantage}) => {
  if (route !== 'port' || cell.network !== 'published') {
    return undefined;
  }
  const {publishedPort, port} = workload;
  const target = `${address}:${port}`;
  const isLed =
    state.iptables.some(
      ({table, rule}) =>
        table === 'nat' && rule.includes(`--dport ${publishedPort} `) && rule.includes(`--to-destination ${target}`),
    ) ||
    new RegExp(`dport ${publishedPort}\\b.*\\bdnat to ${target.replaceAll('.', '\\.')}\\b`).test(
      textOf(state.sections, 'nft'),
    );
  if (!isLed) {
    return {
      failureClass: 'runtime',
      layer: 'firewall',
      sentence: `no DNAT rule leads port ${publishedPort} of the machine to ${target} (table nat)`,
    };
  }
  const isTaken = state.sockets.some(
    (one) => one.isListening && one.netns === state.ownNetns && one.port === publishedPort,
  );
  return vantage === 'machine' && !isTaken
    ? {
        failureClass: 'runtime',
        layer: 'docker-proxy',
        sentence: `docker-proxy is not running, nobody listens on port ${publishedPort} of the machine`,
      }
    : undefined;
};

const dropped: Search = ({hits}) => {
  const [worst] = hits.filter((rule) => dropsPackets(rule)).toSorted((one, other) => other.packets - one.packets);
  return worst === undefined
    ? undefined
    : {
        failureClass: 'probe',
        layer: 'firewall',
        sentence: `${ruleSentence(worst)} threw away its packets (${worst.packets} when it was asked again)`,
      };
};

const notForwarded: Search = ({state}, {vantage, route}) =>
  vantage !== 'machine' && route !== 'loopback' && state.sysctls.get('net/ipv4/ip_forward') === '0'
    ? {
        failureClass: 'probe',
        layer: 'kernel',
        sentence: 'the machine forwards no packets (net.ipv4.ip_forward is 0)',
      }
    : undefined;

const SEARCHES: readonly Search[] = [
  ended,
  stopped,
  addressGone,
  noListener,
  notAccepted,
  noPortMap,
  dropped,
  notForwarded,
];
