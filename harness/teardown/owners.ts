/** Guesses who made a file, mount or folder from where it is. */
export const ownerOfPath = (path: string): string => {
  const task = /^\/(?:run|var\/lib)\/containerd\/(?:io\.containerd\.runtime\.v2\.task|runc)\/([^/]+)/.exec(path);
  if (task) {
    return containerd(task[1] ?? '');
  }
  return PATHS.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? 'unknown';
};

/** Guesses who made a cgroup, or put a process into it, from its path: `/docker/<id>` or `/<containerd namespace>/<id>`. */
export const ownerOfCgroup = (path: string): string | undefined => {
  const [, first = '', second] = path.split('/');
  if (first === 'docker' || second?.startsWith('docker-')) {
    return 'dockerd';
  }
  return second === undefined ? undefined : containerd(first);
};

/** Guesses who made a link from its name and its bridge. */
export const ownerOfLink = (name: string, bridge = ''): string => {
  if (/^(docker\d+|br-[0-9a-f]{12}|docker_gwbridge)$/.test(bridge || name)) {
    return 'dockerd';
  }
  if ((bridge || name).startsWith('cni')) {
    return 'CNI';
  }
  return name === 'lo' ? 'kernel' : 'ip';
};

/** Guesses who made a firewall rule from the names in it. */
export const ownerOfRule = (rule: string, tool: string): string => {
  if (/\bCNI-|cni-hostport|"cni\d/.test(rule)) {
    return 'CNI';
  }
  return /\bDOCKER\b|DOCKER-|docker|\bbr-[0-9a-f]{12}\b|172\.1[7-9]\./.test(rule) ? 'dockerd' : tool;
};

/** How containerd is called as an owner. Namespace `moby` is dockerd's. */
export const containerd = (namespace: string): string => `containerd (namespace ${namespace})`;

const PATHS: readonly (readonly [string, string])[] = [
  ['/run/docker', 'dockerd'],
  ['/var/lib/docker', 'dockerd'],
  ['/run/containerd', 'containerd'],
  ['/var/lib/containerd', 'containerd'],
  ['/run/runc', 'runc'],
  ['/run/netns', 'ip netns'],
  ['/var/lib/cni', 'CNI'],
  ['/etc/cni', 'CNI'],
  ['/opt/cni', 'CNI'],
  ['/run/cni', 'CNI'],
];
