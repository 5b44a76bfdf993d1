import {exportArgv} from '../../harness/levels/runc.ts';
import type {ScenarioContext} from '../../harness/scenario/definition.ts';
import {rootlessConfig} from './rootless-config.ts';

/** Folder of the walk-through in the machine. */
export const FOLDER = '/root/container';
/** File that takes what nginx writes; writable for nginx, which opens it anew as an ordinary user. */
export const LOG = '/root/container/log';

const NETNS = 'nginx_netw';

/** Steps R1 and R2: a container's file system, unpacked. `create` is the `docker create` to use. */
export const exportRootfs = async (
  {machine, step, defer, expect}: ScenarioContext,
  create: readonly string[],
): Promise<void> => {
  const id = (await step(create.join(' '), () => machine.succeed(create))).trim();
  defer(() => machine.succeed(['docker', 'rm', '--force', id]));
  if (create.at(-1) === 'mynginx') {
    await step('what follows the image is its command, so it has no name', async () => {
      const [name, command] = (
        await machine.succeed(['docker', 'inspect', '--format', '{{.Name}}|{{json .Config.Cmd}}', id])
      )
        .trim()
        .split('|');
      expect(name).not.toBe('/mynginx');
      expect(command).toBe('["--name","mynginx"]');
    });
  }
  defer(() => machine.succeed(['rm', '-rf', FOLDER]));
  await step('docker export | tar -x', async () => {
    await machine.succeed(['mkdir', '-p', `${FOLDER}/rootfs`]);
    await machine.succeed(exportArgv(id, `${FOLDER}/rootfs`));
    expect(await machine.succeed(['stat', '--format', '%u', `${FOLDER}/rootfs/usr/sbin/nginx`])).toBe('0\n');
    await machine.put(LOG, '', 0o666);
  });
};

/** Step R3: the spec, and what is edited in it. */
export const writeConfig = async (
  {machine, runc, step}: ScenarioContext,
  form: 'as printed' | 'as meant',
): Promise<void> => {
  await step('runc spec', () => machine.succeed([runc, 'spec', '--bundle', FOLDER]));
  await step('edit config.json', async () => {
    const spec = new TextDecoder().decode(await machine.get(`${FOLDER}/config.json`));
    await machine.put(`${FOLDER}/config.json`, rootlessConfig(spec, `/run/netns/${NETNS}`, form));
  });
};

/** Step R4: the network, command by command. */
export const makeNetwork = async ({machine, step, defer}: ScenarioContext): Promise<void> => {
  const commands = [
    `ip netns add ${NETNS}`,
    'ip link add veth-host type veth peer name veth-nginx',
    `ip link set veth-nginx netns ${NETNS}`,
    `ip -n ${NETNS} addr add 192.168.10.1/24 dev veth-nginx`,
    `ip -n ${NETNS} link set lo up`,
    `ip -n ${NETNS} link set veth-nginx up`,
    'ip link set veth-host up',
    'ip route add 192.168.10.1/32 dev veth-host',
    `ip -n ${NETNS} route add default via 192.168.10.1 dev veth-nginx`,
  ];
  for (const command of commands) {
    await step(command, () => machine.succeed(command.split(' ')));
    if (command === `ip netns add ${NETNS}`) {
      defer(() => machine.succeed(['ip', 'netns', 'delete', NETNS]));
    }
  }
};

/** What `runc run nginx` says in the foreground until it ends by itself. */
export const runUntilItFails = async ({machine, runc}: ScenarioContext): Promise<string> => {
  await machine.fail(['sh', '-c', 'cd "$1" && exec "$3" run nginx >"$2" 2>&1', 'sh', FOLDER, LOG, runc]);
  return machine.succeed(['cat', LOG]);
};

/** Status of a GET from the machine, or from inside the namespace; 0 when nothing answers. */
export const statusOf = async (
  {machine}: Pick<ScenarioContext, 'machine'>,
  url: string,
  place: 'machine' | 'inside' = 'machine',
): Promise<number> => {
  const prefix = place === 'inside' ? ['ip', 'netns', 'exec', NETNS] : [];
  const {stdout} = await machine.exec([
    ...prefix,
    'curl',
    '--silent',
    '--max-time',
    '2',
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code}',
    url,
  ]);
  return Number(stdout);
};
