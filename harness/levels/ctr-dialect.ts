/** What depends on the version of `ctr`; everything else that levels ask of it is the same from 1.6 on. */
export interface CtrDialect {
  /** The folder in which `ctr run --cni` looks for plugins. */
  readonly cniPlugins: string;
}

/** Where Debian's containernetworking-plugins puts them. */
export const DISTRIBUTION_PLUGINS = '/usr/lib/cni';

/**
 * The dialect of a version of containerd, as `ctr --version` says it; without one that of the newest.
 *
 * Debian's 1.6 and 1.7 look for plugins where Debian installs them; from 2.0 on ctr looks where go-cni's
 * `DefaultCNIDir` says, https://github.com/containerd/go-cni/blob/main/types_others.go.
 */
export const ctrDialect = (containerd: string | undefined): CtrDialect => {
  const major = Number(/^\d+/.exec(containerd ?? '')?.[0] ?? Infinity);
  return {cniPlugins: major < 2 ? DISTRIBUTION_PLUGINS : '/opt/cni/bin'};
};
