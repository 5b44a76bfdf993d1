/** What of an OCI config the walk-through edits. https://github.com/opencontainers/runtime-spec/blob/main/config.md */
interface Config {
  process: {
    terminal: boolean;
    user: {uid: number; gid: number};
    args: string[];
    capabilities: Record<string, string[]>;
  };
  root: {readonly: boolean};
  linux: {namespaces: {type: string; path?: string}[]};
}

const NEEDED = ['CAP_NET_BIND_SERVICE'];

/**
 * Edits what `runc spec` wrote the way the walk-through does: nginx as an ordinary user, in a network namespace that is there
 * already. As printed the capability misses in the inheritable set, without which the kernel does not honour it in the ambient
 * one (capabilities(7), "Ambient").
 */
export const rootlessConfig = (spec: string, netns: string, form: 'as printed' | 'as meant'): string => {
  const config = JSON.parse(spec) as Config;
  config.process.terminal = false;
  config.process.user = {uid: 1000, gid: 1000};
  config.process.args = ['nginx', '-g', 'daemon off;'];
  config.process.capabilities = {
    bounding: NEEDED,
    effective: NEEDED,
    permitted: NEEDED,
    ambient: NEEDED,
    ...(form === 'as meant' && {inheritable: NEEDED}),
  };
  config.root.readonly = false;
  for (const namespace of config.linux.namespaces) {
    if (namespace.type === 'network') {
      namespace.path = netns;
    }
  }
  return JSON.stringify(config, undefined, 2);
};
