import {dirname} from 'node:path/posix';
import type {Machine} from '../../vms/machine.ts';
import {DISTRIBUTION_PLUGINS, type CtrDialect} from '../levels/ctr-dialect.ts';
import type {Steps} from '../scenario/steps.ts';

/** A CNI network that `ctr run --cni` attaches workloads to. */
export interface CniNetwork extends AsyncDisposable {
  /** Detaches what was attached: ctr does so for foreground containers only, and then leaves the NAT rules of the bridge behind. */
  detach(containerId: string, netns: string): Promise<void>;
}

const NAME = 'plumbline';
const BRIDGE = 'cni-plumbline';
const CONFIGURATION = `/etc/cni/net.d/10-${NAME}.conflist`;

/** The plugin configuration: a bridge with addresses of its own and masquerading. https://www.cni.dev/plugins/current/main/bridge/ */
const bridge = {
  type: 'bridge',
  bridge: BRIDGE,
  isGateway: true,
  ipMasq: true,
  ipam: {type: 'host-local', ranges: [[{subnet: '10.88.0.0/24'}]], routes: [{dst: '0.0.0.0/0'}]},
};

/** Makes the bridge network known to ctr. */
export const makeCniNetwork = async (machine: Machine, steps: Steps, {cniPlugins}: CtrDialect): Promise<CniNetwork> => {
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeNetwork(machine));
  await steps.step('configure a CNI bridge network', async () => {
    await machine.put(CONFIGURATION, JSON.stringify({cniVersion: '0.4.0', name: NAME, plugins: [bridge]}));
    for (const folder of cniPlugins.filter((one) => one !== DISTRIBUTION_PLUGINS)) {
      undo.defer(async () => void (await machine.succeed(['rm', '-rf', dirname(folder)])));
      await linkPlugins(machine, folder);
    }
  });
  const kept = undo.move();
  return {
    detach: async (containerId, netns) => {
      await machine.succeed([`${DISTRIBUTION_PLUGINS}/bridge`], {
        input: JSON.stringify({cniVersion: '0.4.0', name: NAME, ...bridge}),
        // The protocol of a plugin call: https://www.cni.dev/docs/spec/#section-2-execution-protocol
        env: {
          CNI_COMMAND: 'DEL',
          CNI_CONTAINERID: containerId,
          CNI_NETNS: netns,
          CNI_IFNAME: 'eth0',
          CNI_PATH: DISTRIBUTION_PLUGINS,
        },
      });
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};

/** Makes the plugins of the distribution be where ctr looks for them. */
const linkPlugins = async (machine: Machine, sought: string): Promise<void> => {
  await machine.succeed(['mkdir', '-p', dirname(sought)]);
  await machine.succeed(['ln', '-sfn', DISTRIBUTION_PLUGINS, sought]);
};

const removeNetwork = async (machine: Machine): Promise<void> => {
  // The plugins never remove the bridge, nor the addresses' book-keeping.
  await machine.exec(['ip', 'link', 'delete', BRIDGE]);
  await machine.exec(['rm', '-rf', CONFIGURATION, '/var/lib/cni']);
};
