import type {Planted} from './planted.ts';

/** Files, what is in them, and settings of the kernel. */
export const plantedFiles: readonly Planted[] = [
  {
    name: 'file of containerd',
    kinds: ['file'],
    says: 'file "/run/containerd/s/planted"',
    plant: 'mkdir -p /run/containerd/s && touch /run/containerd/s/planted',
    remove: 'rm /run/containerd/s/planted',
  },
  {
    name: 'folder of the tool itself',
    kinds: ['file'],
    says: 'folder "/var/lib/plumbline"',
    plant: 'mkdir -p /var/lib/plumbline',
    remove: 'rmdir /var/lib/plumbline',
  },
  {
    name: 'configuration of dockerd',
    kinds: ['file'],
    says: 'file "/etc/docker/daemon.json"',
    plant: 'echo {} >/etc/docker/daemon.json',
    remove: 'rm /etc/docker/daemon.json',
  },
  {
    name: 'file of configuration that says something else',
    kinds: ['file content'],
    says: 'content of "/etc/docker/registry/config.yml" (sha256:',
    plant: 'sed -i s/version/VERSION/ /etc/docker/registry/config.yml',
    remove: 'sed -i s/VERSION/version/ /etc/docker/registry/config.yml',
  },
  {
    name: 'log of a container in the foreground',
    kinds: ['file'],
    says: 'file "/var/log/plumbline/planted.log"',
    plant: 'touch /var/log/plumbline/planted.log',
    remove: 'rm /var/log/plumbline/planted.log',
  },
  {
    name: 'link to plugins of CNI',
    kinds: ['file'],
    says: 'folder "/opt/cni" (of CNI), left behind',
    plant: 'mkdir -p /opt/cni && ln -s /usr/lib/cni /opt/cni/bin',
    remove: 'rm -r /opt/cni',
  },
  {
    name: 'state of a CNI plugin',
    kinds: ['file'],
    says: 'folder "/var/lib/cni',
    plant: 'mkdir -p /var/lib/cni/networks/planted && touch /var/lib/cni/networks/planted/10.88.0.2',
    remove: 'rm -r /var/lib/cni/networks/planted; rmdir /var/lib/cni/networks /var/lib/cni 2>/dev/null || true',
  },
  {
    name: 'sysctl',
    kinds: ['sysctl'],
    says: 'net.ipv4.conf.all.route_localnet = 1", changed',
    plant: 'sysctl -w net.ipv4.conf.all.route_localnet=1',
    remove: 'sysctl -w net.ipv4.conf.all.route_localnet=0',
  },
  {
    name: 'sysctl that no runtime is known to change',
    kinds: ['sysctl'],
    says: 'net.ipv4.ip_nonlocal_bind = 1", changed',
    plant: 'sysctl -w net.ipv4.ip_nonlocal_bind=1',
    remove: 'sysctl -w net.ipv4.ip_nonlocal_bind=0',
  },
];
