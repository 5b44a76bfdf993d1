import type {ThingKind} from './thing.ts';

/** One thing left behind on purpose, to see that the audit catches it. */
export interface Planted {
  readonly name: string;
  /** The kinds that are caught, the one it is about first; nothing else may be. */
  readonly kinds: readonly ThingKind[];
  /** Part of the sentence of the first kind. */
  readonly says: string;
  /** Shell commands, run as root in the machine. */
  readonly plant: string;
  readonly remove: string;
}

const docker = (method: string, path: string, body = ''): string =>
  `curl -sSf --unix-socket /run/docker.sock -X ${method} -H 'Content-Type: application/json' ${body && `-d '${body}'`} 'http://docker${path}'`;

/**
 * What has to be in the machine before the first inventory: an image in both stores, a bundle for runc. The image has no program:
 * nothing planted needs to run one.
 */
export const groundwork = `set -e
mkdir -p /tmp/ground/rootfs/bin /tmp/ground/rootfs/proc /tmp/ground/rootfs/dev /tmp/ground/rootfs/sys
install -m 755 /dev/null /tmp/ground/rootfs/bin/sh
tar -C /tmp/ground/rootfs -cf /tmp/ground/root.tar .
curl -sSf --unix-socket /run/docker.sock -X POST -H 'Content-Type: application/x-tar' --data-binary @/tmp/ground/root.tar 'http://docker/images/create?fromSrc=-&repo=ground&tag=1'
${docker('GET', '/images/ground:1/get')} >/tmp/ground/image.tar
ctr images import /tmp/ground/image.tar
# Collect garbage now: what import no longer needs would vanish at any moment.
ctr leases create --id ground
ctr leases delete --sync ground
cd /tmp/ground
runc spec
sed -i 's/"terminal": true/"terminal": false/' config.json`;

/** One of every kind that a teardown can forget, but for those in planted-files.ts. */
export const planted: readonly Planted[] = [
  {
    name: 'process',
    kinds: ['process'],
    says: '"sleep 3217", left running',
    plant: 'setsid -f sleep 3217 </dev/null >/dev/null 2>&1',
    remove: 'pkill -fx "sleep 3217"',
  },
  {
    name: 'mount',
    kinds: ['mount'],
    says: '"/mnt" of type tmpfs, left mounted',
    plant: 'mount -t tmpfs planted /mnt',
    remove: 'umount /mnt',
  },
  {
    name: 'mount that was remounted with other options',
    kinds: ['mount options'],
    says: 'of mount "/run", changed',
    plant: 'mount -o remount,nosuid /run',
    remove: 'mount -o remount,suid /run',
  },
  {
    name: 'mount that no longer propagates as it did',
    kinds: ['mount options'],
    says: 'of mount "/run", changed',
    plant: 'mount --make-unbindable /run',
    remove: 'mount --make-private /run',
  },
  {
    name: 'named network namespace',
    kinds: ['network namespace'],
    says: '"planted" at /run/netns/planted (of ip netns), left behind',
    plant: 'ip netns add planted',
    remove: 'ip netns delete planted',
  },
  {
    name: 'name of a network namespace that is gone',
    kinds: ['file'],
    says: 'file "/run/netns/planted"',
    plant: 'ip netns add planted && umount /run/netns/planted',
    remove: 'rm /run/netns/planted',
  },
  {
    name: 'network namespace that only an open file holds',
    kinds: ['network namespace', 'process'],
    says: 'without a name, held open by process',
    plant: `setsid -f unshare --net sh -c 'exec 9</proc/self/ns/net; exec nsenter --net=/proc/1/ns/net sleep 3218' </dev/null >/dev/null 2>&1
until pgrep -fx 'sleep 3218'; do sleep 0.02; done`,
    remove: 'pkill -fx "sleep 3218"',
  },
  {
    name: 'veth pair',
    kinds: ['link'],
    says: 'link "planted',
    plant:
      'ip link add planted0 type veth peer name planted1 && ip link set planted0 up && ip address add 10.9.8.1/24 dev planted0',
    remove: 'ip link delete planted0',
  },
  {
    name: 'address',
    kinds: ['address'],
    says: '10.9.8.7/32 dev lo',
    plant: 'ip address add 10.9.8.7/32 dev lo',
    remove: 'ip address delete 10.9.8.7/32 dev lo',
  },
  {
    name: 'route',
    kinds: ['route'],
    says: 'blackhole 10.99.0.0/16',
    plant: 'ip route add blackhole 10.99.0.0/16 table 77',
    remove: 'ip route delete blackhole 10.99.0.0/16 table 77',
  },
  {
    name: 'neighbour without an address',
    kinds: ['address', 'route'],
    says: 'address "127.0.0.1/8 dev lo scope host" of the neighbour (of kernel), gone',
    plant: 'ip -netns neighbour address delete 127.0.0.1/8 dev lo',
    remove: 'ip -netns neighbour address add 127.0.0.1/8 dev lo',
  },
  {
    name: 'routing rule',
    kinds: ['routing rule'],
    says: 'fwmark 0x7',
    plant: 'ip -6 rule add fwmark 7 table 77',
    remove: 'ip -6 rule delete fwmark 7 table 77',
  },
  {
    name: 'iptables rule',
    kinds: ['firewall rule'],
    says: 'ip filter -A FORWARD -p tcp',
    plant: 'iptables -A FORWARD -p tcp --dport 4444 -j DROP',
    remove: 'iptables -D FORWARD -p tcp --dport 4444 -j DROP',
  },
  {
    name: 'nftables table',
    kinds: ['firewall rule'],
    says: '"table inet planted" (of nft)',
    plant:
      'nft add table inet planted && nft add chain inet planted here && nft add rule inet planted here tcp dport 80 counter accept',
    remove: 'nft delete table inet planted',
  },
  {
    name: 'cgroup',
    kinds: ['cgroup'],
    says: 'cgroup "/planted"',
    plant: 'cd /sys/fs/cgroup && if [ -d memory ]; then mkdir memory/planted; else mkdir planted; fi',
    remove: 'rmdir /sys/fs/cgroup/planted 2>/dev/null || rmdir /sys/fs/cgroup/memory/planted',
  },
  {
    name: 'listening TCP socket',
    kinds: ['listening socket', 'process'],
    says: '"tcp 0.0.0.0:4321" of process',
    plant:
      'setsid -f socat TCP4-LISTEN:4321 PIPE </dev/null >/dev/null 2>&1; until grep -q :10E1 /proc/net/tcp; do sleep 0.02; done',
    remove: 'pkill -fx "socat TCP4-LISTEN:4321 PIPE"',
  },
  {
    name: 'listening Unix socket',
    kinds: ['listening socket', 'process', 'file'],
    says: '"unix /run/planted.sock" of process',
    plant:
      'setsid -f socat UNIX-LISTEN:/run/planted.sock PIPE </dev/null >/dev/null 2>&1; until [ -S /run/planted.sock ]; do sleep 0.02; done',
    remove: 'pkill -fx "socat UNIX-LISTEN:/run/planted.sock PIPE"; rm -f /run/planted.sock',
  },
  {
    name: 'docker container that never ran',
    kinds: ['docker container', 'file'],
    says: '"planted", created (of dockerd)',
    plant: docker('POST', '/containers/create?name=planted', '{"Image": "ground:1", "Cmd": ["/bin/sh"]}'),
    remove: docker('DELETE', '/containers/planted'),
  },
  {
    name: 'docker network',
    kinds: ['docker network', 'link', 'firewall rule'],
    says: '"planted" of driver bridge',
    plant: docker('POST', '/networks/create', '{"Name": "planted"}'),
    remove: docker('DELETE', '/networks/planted'),
  },
  {
    name: 'docker volume',
    kinds: ['docker volume', 'file'],
    says: '"planted" of driver local',
    plant: docker('POST', '/volumes/create', '{"Name": "planted"}'),
    remove: docker('DELETE', '/volumes/planted'),
  },
  {
    name: 'docker image tag',
    kinds: ['docker image'],
    says: 'tag "planted:2"',
    plant: docker('POST', '/images/ground:1/tag?repo=planted&tag=2'),
    remove: docker('DELETE', '/images/planted:2'),
  },
  {
    name: 'containerd container',
    kinds: ['containerd container'],
    says: '"planted" (of containerd (namespace default))',
    plant: 'ctr containers create --rootfs /tmp/ground/rootfs planted sh',
    remove: 'ctr containers delete planted',
  },
  {
    name: 'containerd container in a namespace of its own',
    kinds: ['containerd namespace', 'containerd container'],
    says: '"planted"',
    plant: 'ctr --namespace planted containers create --rootfs /tmp/ground/rootfs planted sh',
    remove: 'ctr --namespace planted containers delete planted && ctr namespaces remove planted',
  },
  {
    name: 'containerd snapshot',
    kinds: ['containerd snapshot', 'file'],
    says: '"planted" of snapshotter overlayfs',
    plant: 'ctr snapshots --snapshotter overlayfs prepare planted',
    remove: 'ctr snapshots --snapshotter overlayfs remove planted',
  },
  {
    name: 'containerd lease',
    kinds: ['containerd lease'],
    says: '"planted"',
    plant: 'ctr leases create --id planted',
    remove: 'ctr leases delete planted',
  },
  {
    name: 'containerd image',
    kinds: ['containerd image'],
    says: '"docker.io/library/planted:1"',
    plant: 'ctr images tag docker.io/library/ground:1 docker.io/library/planted:1',
    remove: 'ctr images remove docker.io/library/planted:1',
  },
  {
    name: 'content blob',
    kinds: ['containerd content'],
    says: 'containerd content "sha256:',
    // Without the label it is garbage, which a collection that is due from a removal before may take first: hence the attempts.
    plant: `digest="sha256:$(echo planted | sha256sum | cut -c-64)"
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  echo planted | ctr content ingest planted && ctr content label "$digest" containerd.io/gc.root=planted && exit 0
done
exit 1`,
    remove: 'ctr content delete "sha256:$(echo planted | sha256sum | cut -c-64)"',
  },
  {
    name: 'runc container',
    kinds: ['runc container', 'process', 'cgroup', 'file'],
    says: '"planted" of root /run/runc',
    plant: 'runc create --bundle /tmp/ground planted </dev/null >/dev/null 2>&1',
    remove: 'runc delete --force planted',
  },
];
