import type {Machine} from '../../vms/machine.ts';
import type {Steps} from '../scenario/steps.ts';

/** A CNI network that `ctr run --cni` attaches workloads to. */
export interface CniNetwork extends AsyncDisposable {
  /** Detaches what was attached: ctr does so for foreground containers only, and then leaves the NAT rules of the bridge behind. */
  detach(containerId: string, netns: string): Promise<void>;
}

const NAME = 'plumbline';
const BRIDGE = 'cni-plumbline';
const CONFIGURATION = `/etc/cni/net.d/10-${NAME}.conflist`;
const PLUGINS = '/usr/lib/cni'; // where Debian's containernetworking-plugins puts them

/** The plugin configuration: a bridge with addresses of its own and masquerading. https://www.cni.dev/plugins/current/main/bridge/ */
const bridge = {
  type: 'bridge',
  bridge: BRIDGE,
  isGateway: true,
  ipMasq: true,
  ipam: {type: 'host-local', ranges: [[{subnet: '10.88.0.0/24'}]], routes: [{dst: '0.0.0.0/0'}]},
};

/** Makes the bridge network known to ctr. */
export const makeCniNetwork = async (machine: Machine, steps: Steps): Promise<CniNetwork> => {
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeNetwork(machine));
  await steps.step('configure a CNI bridge network', async () => {
    await machine.put(CONFIGURATION, JSON.stringify({cniVersion: '0.4.0', name: NAME, plugins: [bridge]}));
    await linkPlugins(machine);
  });
  const kept = undo.move();
  return {
    detach: async (containerId, netns) => {
      await machine.succeed([`${PLUGINS}/bridge`], {
        input: JSON.stringify({cniVersion: '0.4.0', name: NAME, ...bridge}),
        // The protocol of a plugin call: https://www.cni.dev/docs/spec/#section-2-execution-protocol
        env: {
          CNI_COMMAND: 'DEL',
          CNI_CONTAINERID: containerId,
          CNI_NETNS: netns,
          CNI_IFNAME: 'eth0',
          CNI_PATH: PLUGINS,
        },
      });
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};

/**
 * Debian's ctr 1.6 and 1.7 look for plugins where Debian installs them; ctr 2.x looks in /opt/cni/bin alone
 * (go-cni's `DefaultCNIDir`, https://github.com/containerd/go-cni/blob/main/types_others.go).
 */
const linkPlugins = async (machine: Machine): Promise<void> => {
  await machine.succeed(['mkdir', '-p', '/opt/cni']);
  await machine.succeed(['ln', '-sfn', PLUGINS, '/opt/cni/bin']);
};

const removeNetwork = async (machine: Machine): Promise<void> => {
  // The plugins never remove the bridge, nor the addresses' book-keeping.
  await machine.exec(['ip', 'link', 'delete', BRIDGE]);
  await machine.exec([
    'rm',
    '-rf',
    CONFIGURATION,
    '/var/lib/cni/networks',
    '/var/lib/cni/results',
    '/var/lib/cni/cache',
    '/opt/cni',
  ]);
};
