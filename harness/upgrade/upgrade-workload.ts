import type {LevelName} from '../levels/level.ts';
import {LAN} from '../network/neighbour.ts';
import type {NetnsNames} from '../network/netns.ts';
import type {Workload} from '../scenario/workload.ts';
import type {ServiceName} from '../../vms/services.ts';
import type {ProbeTarget} from './prober.ts';

/** What an upgrade is to do to a workload, as its runtime documents it. */
export type Fate = 'survives' | 'is restarted' | 'stays down';

/** One workload that runs while its machine is upgraded. */
export interface UpgradeWorkload {
  /** Its name at its runtime. */
  readonly name: string;
  readonly level: LevelName;
  /** For a person: what sets it apart. */
  readonly title: string;
  readonly image: string;
  readonly expected: Fate;
  /** Of docker: `--restart`. */
  readonly restartPolicy?: 'no' | 'always';
  /** Of docker: port of the machine that leads to it. */
  readonly publishedPort?: number;
  readonly port: number;
  /** Of ctr and runc: the network namespace made for it. */
  readonly netns?: NetnsNames;
  readonly targets: readonly ProbeTarget[];
}

/** What decides what happens to the workloads. */
export interface UpgradeCircumstances {
  /** Whether dockerd leaves containers alone when it ends. https://docs.docker.com/engine/daemon/live-restore/ */
  readonly liveRestore: boolean;
  readonly restarted: readonly ServiceName[];
}

/** The workloads of a machine that is upgraded: docker without and with a restart policy, ctr, and runc. */
export const upgradeWorkloads = (workload: Workload, circumstances: UpgradeCircumstances): UpgradeWorkload[] => [
  dockerWorkload(workload, 'no', 0, circumstances),
  dockerWorkload(workload, 'always', 1, circumstances),
  netnsWorkload(workload, 'ctr', 1),
  netnsWorkload(workload, 'runc', 2),
];

const dockerWorkload = (
  {image, port, publishedPort: firstPort}: Workload,
  restartPolicy: 'no' | 'always',
  index: number,
  {liveRestore, restarted}: UpgradeCircumstances,
): UpgradeWorkload => {
  const name = `upgrade-docker-${restartPolicy}`;
  const publishedPort = firstPort + index;
  const isLeftAlone = liveRestore || !restarted.includes('dockerd');
  return {
    name,
    level: 'docker',
    title: `docker, restart=${restartPolicy}`,
    image: image.name,
    expected: isLeftAlone ? 'survives' : restartPolicy === 'always' ? 'is restarted' : 'stays down',
    restartPolicy,
    publishedPort,
    port,
    // By way of the loopback a published port is docker-proxy's, from outside it is a NAT rule's.
    targets: [
      {name: `${name}-machine`, vantage: 'machine', host: '127.0.0.1', port: publishedPort},
      {name: `${name}-neighbour`, vantage: 'neighbour', host: LAN.machine, port: publishedPort},
    ],
  };
};

/** `index` tells the networks of several apart; see `USUAL` in netns.ts for what is taken. */
const netnsWorkload = ({image, port}: Workload, level: 'ctr' | 'runc', index: number): UpgradeWorkload => {
  const name = `upgrade-${level}`;
  const netns = {
    name: `${name}-net`,
    address: `192.168.${20 + index}.1`,
    outer: `up-${level}-out`,
    inner: `up-${level}-in`,
  };
  return {
    name,
    level,
    title: `${level}, netns`,
    image: image.name,
    expected: 'survives',
    port,
    netns,
    targets: [{name: `${name}-machine`, vantage: 'machine', host: netns.address, port}],
  };
};
