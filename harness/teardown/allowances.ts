import type {Thing, ThingKind} from './thing.ts';

/** A difference that is not residue. */
export interface Allowance {
  readonly kind: ThingKind;
  /** Matches the whole identity of the thing. */
  readonly pattern: RegExp;
  readonly change: 'appeared' | 'vanished' | 'either';
  readonly reason: string;
  /** Where the reason can be checked. */
  readonly source: string;
}

/**
 * Everything that comes and goes by design, in one place. Each entry lets something slip, so each has to be as narrow as what it
 * allows. Most are folders and namespaces without content that a daemon makes for its first container and keeps.
 */
export const allowances: readonly Allowance[] = [
  {
    kind: 'process',
    pattern: /^kernel thread .*$/,
    change: 'either',
    reason: 'the kernel starts and ends its own threads as work comes',
    source: 'https://docs.kernel.org/core-api/workqueue.html',
  },
  {
    kind: 'file',
    pattern: /^\/run\/docker\/netns\/[0-9a-f]{12} \(file\)$/,
    change: 'either',
    reason: 'the namespace is unmounted and gone; dockerd removes the empty file that named it up to 60 seconds later',
    source:
      'https://github.com/moby/moby/blob/0046b16d87105d334b72f5e98efd28bbd94d9659/libnetwork/osl/namespace_linux.go (gpmCleanupPeriod)',
  },
  {
    kind: 'network namespace',
    pattern: /^\/run\/docker\/netns\/default$/,
    change: 'appeared',
    reason:
      "dockerd's name for the machine's own namespace, made for the first container with the network mode host and kept",
    source: 'seen on Debian bookworm and forky after "docker run --network host"',
  },
  {
    kind: 'mount',
    pattern: /^\/run\/netns \(tmpfs \S+ \/netns\)$/,
    change: 'appeared',
    reason: '"ip netns add" mounts the folder of names on itself, once, so that names propagate',
    source: 'https://github.com/iproute2/iproute2/blob/v6.1.0/ip/ipnetns.c (netns_add)',
  },
  {
    kind: 'mount options',
    pattern: /^\/run\/netns \(tmpfs \S+ \/netns\) .*$/,
    change: 'appeared',
    reason: 'the options of that mount',
    source: 'https://github.com/iproute2/iproute2/blob/v6.1.0/ip/ipnetns.c (netns_add)',
  },
  {
    kind: 'cgroup',
    pattern: /^\/(docker|default)$/,
    change: 'appeared',
    reason:
      'runc makes the parent of the cgroup it is told (/docker/ID, /NAMESPACE/ID) and removes only the last folder',
    source: 'seen on Debian bookworm and forky, cgroup v1',
  },
  {
    kind: 'file',
    pattern: /^\/run\/systemd\/journal\/streams\/\d+:\d+ \(file\)$/,
    change: 'either',
    reason: "journald's note of the output of a service that runs, another one once the service was started again",
    source: 'https://github.com/systemd/systemd/blob/v252/src/journal/journald-stream.c (stdout_stream_save)',
  },
  {
    kind: 'containerd namespace',
    pattern: /^(default|moby)$/,
    change: 'appeared',
    reason: 'containerd makes a namespace when something is stored in it, and keeps it when it is empty',
    source:
      'seen on Debian bookworm and forky; what namespaces are: https://github.com/containerd/containerd/blob/main/docs/namespaces.md',
  },
  {
    kind: 'file',
    pattern:
      /^\/run\/(netns|runc|docker\/(netns|containerd|runtime-[^/]+(\/moby)?)|containerd\/(s|fifo|runc(\/default)?)) \(folder\)$/,
    change: 'appeared',
    reason: 'folder of state, made on first use and kept; what is in it is not allowed',
    source: 'seen on Debian bookworm and forky after the first container of each level',
  },
  {
    kind: 'file',
    pattern:
      /^\/run\/(crun|containerd\/runc\/default|docker\/runtime-[^/]+\/moby)\/(\.empty-directory|\.cache(\/seccomp(\/[0-9a-f]+)?)?) \((folder|file)\)$/,
    change: 'appeared',
    reason: 'crun keeps one empty folder to mask others with, and one for the seccomp filters it has compiled',
    source: 'https://github.com/containers/crun/blob/main/src/libcrun/status.c (get_shared_empty_directory_path)',
  },
  {
    kind: 'file',
    pattern: /^\/run\/crun \(folder\)$/,
    change: 'appeared',
    reason: 'state folder of crun, made on first use and kept; what is in it is not allowed',
    source: 'https://github.com/containers/crun/blob/main/src/libcrun/status.c',
  },
  {
    kind: 'file',
    pattern: /^\/(run|var\/lib)\/containerd\/io\.containerd\.runtime\.v2\.task\/(default|moby) \(folder\)$/,
    change: 'appeared',
    reason: "folder of a namespace's bundles, made for its first task and kept; what is in it is not allowed",
    source: 'https://github.com/containerd/containerd/blob/main/core/runtime/v2/bundle.go',
  },
  {
    kind: 'file',
    pattern:
      /^\/var\/lib\/containerd\/io\.containerd\.(content\.v1\.content(\/(ingest|blobs(\/sha256)?))? \(folder\)|snapshotter\.v1\.[a-z]+\/metadata\.db \(file\))$/,
    change: 'appeared',
    reason:
      'made by the first content or snapshot of a machine; contents and snapshots are listed from containerd itself',
    source: 'seen on Debian bookworm and forky after the first "ctr images import"',
  },
  {
    kind: 'file',
    pattern: /^\/var\/lib\/containerd\/io\.containerd\.grpc\.v1\.introspection( \(folder\)|\/uuid \(file\))$/,
    change: 'appeared',
    reason: 'the id of the daemon, made when a client first asks it about itself, and kept',
    source: 'https://github.com/containerd/containerd/blob/v1.7.24/services/introspection/local.go (getUUID)',
  },
  {
    kind: 'file',
    pattern: /^\/var\/lib\/containerd\/io\.containerd\.content\.v1\.content\/ingest\/[0-9a-f]{64} \(folder\)$/,
    change: 'vanished',
    reason: 'what is left of a download that lost against another of the same content, until containerd next collects',
    source: 'https://github.com/containerd/containerd/blob/v1.6.20/docs/content-flow.md',
  },
  {
    kind: 'file',
    pattern: /^\/var\/lib\/docker\/tmp\/moby-detect-rro\d+ \(folder\)$/,
    change: 'either',
    reason:
      'dockerd keeps the folder in which it found out, once, whether the kernel can make mounts read-only recursively, until it is started again',
    source: 'https://github.com/moby/moby/pull/45278',
  },
  {
    kind: 'listening socket',
    pattern: /^tcp 127\.0\.0\.1:\d{5} of containerd$/,
    change: 'either',
    reason:
      'where the CRI plugin streams to; a port that the kernel picks, and another one once containerd was started again',
    source: 'https://github.com/containerd/containerd/blob/v1.6.20/docs/cri/config.md (stream_server_port)',
  },
  {
    kind: 'listening socket',
    pattern: /^unix \/var\/run\/docker\/libnetwork\/[0-9a-f]{12}\.sock of dockerd$/,
    change: 'either',
    reason: "named after the id of dockerd's network controller, which is another one once dockerd was started again",
    source:
      'https://github.com/moby/moby/blob/v20.10.24/vendor/github.com/docker/libnetwork/sandbox_externalkey_unix.go',
  },
  {
    kind: 'file',
    pattern: /^\/run\/docker\/libnetwork\/[0-9a-f]{12}\.sock \(socket\)$/,
    change: 'either',
    reason: 'the same socket',
    source:
      'https://github.com/moby/moby/blob/v20.10.24/vendor/github.com/docker/libnetwork/sandbox_externalkey_unix.go',
  },
  {
    kind: 'docker network',
    pattern: /^bridge [0-9a-f]{64}$/,
    change: 'either',
    reason:
      'dockerd makes its default network anew whenever it starts, with another id; its link and rules are listed by themselves',
    source: 'https://github.com/moby/moby/blob/v20.10.24/daemon/daemon_unix.go (initBridgeDriver)',
  },
  {
    kind: 'address',
    pattern: /^fe80::\S+ dev (docker0|cni\d+) scope link$/,
    change: 'appeared',
    reason: 'a bridge gets its link-local address when the first veth brings it up, and keeps it',
    source: 'https://www.rfc-editor.org/rfc/rfc4862#section-5.3',
  },
  {
    kind: 'route',
    pattern: /^((local|multicast|anycast) )?(fe80::\S*|ff00::\/8) dev (docker0|cni\d+) .*$/,
    change: 'appeared',
    reason: 'routes of that link-local address',
    source: 'https://www.rfc-editor.org/rfc/rfc4862#section-5.3',
  },
  {
    kind: 'firewall rule',
    pattern: /^ip6? (raw|mangle|nat|filter) chain (PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) policy ACCEPT$/,
    change: 'appeared',
    reason:
      'iptables makes the built-in chains of a table with its first rule and keeps them; dockerd 28 is the first to use "raw"',
    source: 'seen on Debian forky after the first container of dockerd 28',
  },
  {
    kind: 'address',
    pattern: /^\S+ dev \S+ scope \S+ dynamic$/,
    change: 'either',
    reason: 'given and taken by a router or a DHCP server outside',
    source: 'https://www.rfc-editor.org/rfc/rfc4862#section-5.5.3',
  },
  {
    kind: 'route',
    pattern: /^.* protocol ra .*$/,
    change: 'either',
    reason: 'given and taken by a router outside, through its advertisements',
    source: 'https://www.rfc-editor.org/rfc/rfc4861#section-6.3.4',
  },
];

/** The allowance that covers a difference, if there is one. */
export const allowanceFor = (
  change: 'appeared' | 'vanished',
  {kind, identity}: Pick<Thing, 'kind' | 'identity'>,
): Allowance | undefined =>
  allowances.find(
    (allowance) =>
      allowance.kind === kind &&
      (allowance.change === 'either' || allowance.change === change) &&
      allowance.pattern.test(identity),
  );
