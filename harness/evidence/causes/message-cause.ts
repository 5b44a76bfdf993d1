import type {MachineState, StateFileSystem} from '../machine-state.ts';
import type {Cause, CauseContext} from './cause.ts';

/** The cause that a refusal names in words that are known; the machine's state says who and where. */
export const messageCause = (context: CauseContext): Cause | undefined =>
  fullDisk(context) ?? deadDaemon(context) ?? takenPort(context) ?? missingImage(context);

/** ENOSPC of errno(3); dockerd and containerd pass the words on. */
const fullDisk = ({message, state}: CauseContext): Cause | undefined => {
  if (!/no space left on device|disk quota exceeded/i.test(message)) {
    return undefined;
  }
  const full = state.fileSystems.filter((one) => isFull(one)).map((one) => fullSentence(one));
  const where = full.length === 0 ? 'a file system of the machine' : [...new Set(full)].join(', ');
  return {failureClass: 'guest', layer: 'disk', sentence: `no space left on device: ${where} is full`};
};

/** File systems that have no size of their own, such as proc, have 0 of everything. */
const isFull = ({type, sizeKiB, freeKiB, inodes, freeInodes}: StateFileSystem): boolean =>
  !READ_ONLY.has(type) && ((sizeKiB > 0 && freeKiB < Math.min(64, sizeKiB / 50)) || (inodes > 0 && freeInodes === 0));

/** Made full, such as the disc with which Lima sets its machines up. */
const READ_ONLY: ReadonlySet<string> = new Set(['iso9660', 'squashfs', 'erofs']);

const fullSentence = ({mountPoint, sizeKiB, freeKiB, inodes, freeInodes}: StateFileSystem): string =>
  inodes > 0 && freeInodes === 0
    ? `"${mountPoint}" (none of its ${inodes} inodes is free)`
    : `"${mountPoint}" (${freeKiB} of ${sizeKiB} KiB are free)`;

const deadDaemon = ({message, state}: CauseContext): Cause | undefined => {
  const daemon = DAEMONS.find(({silence}) => silence.test(message))?.name;
  if (daemon === undefined) {
    return undefined;
  }
  const process = processNamed(state, daemon);
  const what =
    process === undefined
      ? `${daemon} is not running`
      : process.state === 'T'
        ? `${daemon} is stopped by a signal (process ${process.pid} is in state T)`
        : `${daemon} does not answer, though process ${process.pid} runs (state ${process.state})`;
  return {failureClass: 'runtime', layer: daemon, sentence: what};
};

const DAEMONS = [
  // What docker's clients and this tool say.
  {name: 'dockerd', silence: /dockerd does not answer|Cannot connect to the Docker daemon/},
  // What ctr and dockerd say.
  {name: 'containerd', silence: /containerd\.sock.*(?:connection refused|no such file)|failed to dial .*containerd/},
] as const;

const processNamed = (state: MachineState, name: string) =>
  [...state.processes.values()].find((process) => process.name === name && process.state !== 'Z');

/** What bind(2) says, through docker-proxy, dockerd or the workload itself. */
const takenPort = ({message, state, cell, workload}: CauseContext): Cause | undefined => {
  if (!/address already in use|port is already allocated|Address in use/i.test(message)) {
    return undefined;
  }
  const port = namedPort(message) ?? (cell.network === 'published' ? workload.publishedPort : workload.port);
  const listener = state.sockets.find((one) => one.isListening && one.netns === state.ownNetns && one.port === port);
  const holder =
    listener?.holder === undefined
      ? ''
      : `, by process ${listener.holder.pid} "${listener.holder.command || listener.holder.name}"`;
  return {
    failureClass: 'runtime',
    layer: cell.level === 'docker' ? 'dockerd' : 'workload',
    sentence: `port ${port} of the machine is in use${holder}`,
  };
};

/** The port behind the first address; with Go the address may be empty. The time that a log begins with is none. */
const namedPort = (message: string): number | undefined => {
  const port = /(?:\d(?:\.\d+){3}|\]| ):(\d+)/.exec(message)?.[1];
  return port === undefined ? undefined : Number(port);
};

const missingImage = ({message, cell, workload}: CauseContext): Cause | undefined => {
  const [found, ...names] = MISSING_IMAGE.exec(message) ?? [];
  if (found === undefined) {
    return undefined;
  }
  const daemon = cell.level === 'ctr' ? 'containerd' : 'dockerd';
  const said = names.find((name) => name !== undefined);
  // docker leaves out the registry and the folder of what is usual.
  const name = said === undefined || workload.image.name.endsWith(`/${said}`) ? workload.image.name : said;
  return {failureClass: 'runtime', layer: daemon, sentence: `${daemon} has no image "${name}"`};
};

/** What docker and ctr say, most of them with the name. */
const MISSING_IMAGE =
  /no such image(?:: ([^\s"]+))?|image "([^"]*)": not found|pull access denied for ([^\s",]+)|manifest for ([^\s"]+) not found|manifest unknown/i;
