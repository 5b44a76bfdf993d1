import {awaitConnection, dialArgv} from '../../vms/dial.ts';
import {PlumblineError} from '../../vms/errors.ts';
import type {Endpoint, Machine} from '../../vms/machine.ts';
import type {RunningWorkload} from '../levels/level.ts';
import {LAN, NEIGHBOUR_NETNS} from '../network/neighbour.ts';
import type {ReachQuestion, NetworkMode} from '../network/network-mode.ts';
import type {VantageName} from '../report/run-record.ts';
import type {Workload} from '../scenario/workload.ts';
import type {Dial} from './probe.ts';

/** Where a question of a truth table is asked, and how. */
export interface Target {
  readonly url: string;
  readonly dial: Dial;
}

/** The address that `question` is about, and the way to it from its vantage. */
export const targetOf = (
  {route, vantage}: ReachQuestion,
  {
    machine,
    running,
    workload,
    network,
  }: {
    readonly machine: Machine;
    readonly running: RunningWorkload;
    readonly workload: Workload;
    readonly network: NetworkMode;
  },
): Target => {
  const endpoint = endpointOf(route, vantage, machine, running, workload, network);
  return {url: `http://${endpoint.host}:${endpoint.port}`, dial: dialFrom(vantage, endpoint, machine, running)};
};

const endpointOf = (
  route: ReachQuestion['route'],
  vantage: VantageName,
  machine: Machine,
  running: RunningWorkload,
  workload: Workload,
  network: NetworkMode,
): Endpoint => {
  switch (route) {
    case 'port':
      return {
        host: hostOfMachine(vantage, machine),
        port: network === 'published' ? workload.publishedPort : workload.port,
      };
    case 'address':
      return {host: addressOf(running), port: workload.port};
    case 'loopback':
      return {host: '127.0.0.1', port: workload.port};
  }
};

/** Throws for a workload that got none: whatever else were probed, its silence would prove nothing. */
const addressOf = ({name, address}: RunningWorkload): string => {
  if (address === undefined || address === '') {
    throw new PlumblineError('runtime', `Cannot probe the address of "${name}": it has none`, {
      expected: 'an IPv4 address',
    });
  }
  return address;
};

const hostOfMachine = (vantage: VantageName, machine: Machine): string => {
  switch (vantage) {
    case 'harness':
      return machine.traits.address;
    case 'neighbour':
      return LAN.machine;
    case 'machine':
    case 'container':
      return '127.0.0.1';
  }
};

const dialFrom = (vantage: VantageName, endpoint: Endpoint, machine: Machine, running: RunningWorkload): Dial => {
  switch (vantage) {
    case 'harness':
      return (timeoutMs) => machine.dialFromOutside(endpoint, timeoutMs);
    case 'machine':
    case 'container':
    case 'neighbour':
      return (timeoutMs) =>
        awaitConnection(machine.spawn([...enterArgv(vantage, running), ...dialArgv(endpoint, timeoutMs)]), endpoint);
  }
};

/** What goes before a command to run it in the network namespace of a vantage in the machine. */
export const enterArgv = (
  vantage: Exclude<VantageName, 'harness'>,
  {pid}: Pick<RunningWorkload, 'pid'>,
): readonly string[] => {
  switch (vantage) {
    case 'machine':
      return [];
    case 'container':
      return ['nsenter', `--net=/proc/${pid}/ns/net`];
    case 'neighbour':
      return ['nsenter', `--net=${NEIGHBOUR_NETNS}`];
  }
};
