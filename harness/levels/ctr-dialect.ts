/** What depends on the version of `ctr`; everything else that levels ask of it is the same from 1.6 on. */
export interface CtrDialect {
  /** The folders in which its commands look for plugins of CNI: all have to have them. */
  readonly cniPlugins: readonly string[];
}

/** Where Debian's containernetworking-plugins puts them. */
export const DISTRIBUTION_PLUGINS = '/usr/lib/cni';

/** go-cni's `DefaultCNIDir`: https://github.com/containerd/go-cni/blob/main/types_others.go */
const UPSTREAM_PLUGINS = '/opt/cni/bin';

/**
 * The dialect of a version of containerd, as `ctr --version` says it; without one that of the newest.
 *
 * Debian's 1.6 looks for plugins where Debian installs them. So does "ctr run" of its 1.7, whose "ctr tasks kill" removes the network as well
 * and looks where upstream does; from 2.0 on all do that.
 */
export const ctrDialect = (containerd: string | undefined): CtrDialect => {
  const [major = Infinity, minor = 0] = (/^\d+\.\d+/.exec(containerd ?? '')?.[0] ?? '')
    .split('.')
    .filter(Boolean)
    .map(Number);
  if (major > 1) return {cniPlugins: [UPSTREAM_PLUGINS]};
  return {cniPlugins: minor < 7 ? [DISTRIBUTION_PLUGINS] : [DISTRIBUTION_PLUGINS, UPSTREAM_PLUGINS]};
};
