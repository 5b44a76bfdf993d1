import {LAN} from '../harness/network/neighbour.ts';
import type {ScenarioContext} from '../harness/scenario/definition.ts';

type DockerContext = Pick<ScenarioContext, 'machine' | 'defer'>;

/** Makes a network with the docker client, for the life of the scenario. */
export const makeDockerNetwork = async (
  {machine, defer}: DockerContext,
  name: string,
  flags: readonly string[] = [],
): Promise<void> => {
  defer(() => machine.exec(['docker', 'network', 'rm', name]));
  await machine.succeed(['docker', 'network', 'create', ...flags, name]);
};

/** From where a question is asked: the machine itself, or the other host on its network. */
export type Asker = 'machine' | 'neighbour';

/** Whether a GET is answered, as a word that can be recorded. */
export const reach = async (
  {machine}: Pick<ScenarioContext, 'machine'>,
  asker: Asker,
  url: string,
): Promise<'answers' | 'silent'> => {
  const prefix = asker === 'neighbour' ? ['ip', 'netns', 'exec', 'neighbour'] : [];
  const seconds = String(2 * machine.traits.latency);
  const {exitCode} = await machine.exec([
    ...prefix,
    'curl',
    '--silent',
    '--output',
    '/dev/null',
    '--max-time',
    seconds,
    url,
  ]);
  return exitCode === 0 ? 'answers' : 'silent';
};

/** Whether a GET from inside a container is answered. */
export const reachFromContainer = async (
  {machine}: Pick<ScenarioContext, 'machine'>,
  name: string,
  url: string,
): Promise<'answers' | 'silent'> => {
  // Not by wget's own -T: the static busybox of Debian 12 crashes with it.
  const seconds = String(3 * machine.traits.latency);
  const get = ['docker', 'exec', name, 'wget', '-q', '-O', '/dev/null', url];
  return (await machine.exec(['timeout', seconds, ...get])).exitCode === 0 ? 'answers' : 'silent';
};

/**
 * Has the neighbour send what it has for 127.0.0.1 to the machine, as a host on the same network that means no good can; for the life of
 * the scenario. https://github.com/moby/moby/issues/45610
 */
export const routeLoopbackToMachine = async ({machine, defer}: DockerContext): Promise<void> => {
  const neighbour = (...argv: string[]) => machine.succeed(['ip', '-netns', 'neighbour', ...argv]);
  const setting = (value: number) =>
    machine.succeed([
      'ip',
      'netns',
      'exec',
      'neighbour',
      'sysctl',
      '-qw',
      `net.ipv4.conf.lan0.route_localnet=${value}`,
    ]);
  defer(() => neighbour('address', 'add', '127.0.0.1/8', 'dev', 'lo'));
  await neighbour('address', 'del', '127.0.0.1/8', 'dev', 'lo');
  defer(() => setting(0));
  await setting(1);
  defer(() => neighbour('route', 'del', '127.0.0.1/32'));
  await neighbour('route', 'add', '127.0.0.1/32', 'via', LAN.machine, 'dev', 'lan0', 'src', LAN.neighbour);
};

/** The rules of a table as iptables prints them, without what no two runs share. */
export const rulesOf = async (
  {machine}: Pick<ScenarioContext, 'machine'>,
  program: 'iptables' | 'ip6tables',
  table: string,
): Promise<string[]> => {
  const rules = await machine.succeed([program, '--wait', '--table', table, '--list-rules']);
  return rules.trim().split('\n').filter(Boolean);
};
