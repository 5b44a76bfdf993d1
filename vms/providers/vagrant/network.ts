/** Addresses of a machine's own network. They are the same for all: each is alone in a network namespace. */
export const machineNetwork = {
  name: 'plumbline',
  network: '192.168.121.0/24',
  host: '192.168.121.1',
  machine: '192.168.121.2',
  netmask: '255.255.255.0',
} as const;

/**
 * The network that Vagrant adopts as its management network: https://libvirt.org/formatnetwork.html
 * It ends at this host, whose lease never does. No spanning tree: a port would forward nothing in its first seconds, which are there again
 * after each restore.
 */
export const networkXml = `<network>
  <name>${machineNetwork.name}</name>
  <bridge name='virbr0' stp='off' delay='0'/>
  <ip address='${machineNetwork.host}' netmask='${machineNetwork.netmask}'>
    <dhcp>
      <range start='${machineNetwork.machine}' end='${machineNetwork.machine}'><lease expiry='0'/></range>
    </dhcp>
  </ip>
</network>
`;
