import {readFile} from 'node:fs/promises';
import {release} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {gunzip} from 'node:zlib';

/**
 * What machines and the runtimes in them ask of a kernel, with the option that builds it in; a selection of
 * https://github.com/moby/moby/blob/master/contrib/check-config.sh.
 */
const OPTIONS = {
  overlay: 'CONFIG_OVERLAY_FS',
  veth: 'CONFIG_VETH',
  bridge: 'CONFIG_BRIDGE',
  nf_tables: 'CONFIG_NF_TABLES',
  ip_tables: 'CONFIG_IP_NF_IPTABLES',
} as const;

/** Name of a feature; also the name of its module. */
export type KernelFeature = keyof typeof OPTIONS;

/** `unknown` where the kernel does not tell how it was configured. */
export type FeatureState = 'built-in' | 'module' | 'absent' | 'unknown';

/** How the running kernel was configured, from what it and its packages say of themselves; `root` is where `/` is read. */
export async function kernelFeatures(root = '/'): Promise<Readonly<Record<KernelFeature, FeatureState>>> {
  const configuration = await readConfiguration(root);
  const states = {} as Record<KernelFeature, FeatureState>;
  for (const [feature, option] of Object.entries(OPTIONS) as [KernelFeature, string][]) {
    states[feature] =
      configuration === undefined ? await moduleState(root, feature) : optionState(configuration, option);
  }
  // A file system that is there is there, whatever brought it.
  const fileSystems = await textOf(join(root, 'proc/filesystems'));
  if (states.overlay !== 'module' && /\toverlay$/mv.test(fileSystems ?? '')) states.overlay = 'built-in';
  return states;
}

const readConfiguration = async (root: string): Promise<string | undefined> => {
  const packed = await readFile(join(root, 'proc/config.gz')).catch(() => undefined);
  if (packed !== undefined) return (await promisify(gunzip)(packed)).toString();
  return textOf(join(root, 'boot', `config-${release()}`));
};

const optionState = (configuration: string, option: string): FeatureState => {
  if (configuration.includes(`\n${option}=y\n`)) return 'built-in';
  return configuration.includes(`\n${option}=m\n`) ? 'module' : 'absent';
};

/** The lists that depmod(8) keeps. */
const moduleState = async (root: string, name: string): Promise<FeatureState> => {
  const folder = join(root, 'lib/modules', release());
  const builtIn = await textOf(join(folder, 'modules.builtin'));
  const loadable = await textOf(join(folder, 'modules.dep'));
  if (builtIn === undefined || loadable === undefined) return 'unknown';
  if (builtIn.includes(`/${name}.ko`)) return 'built-in';
  return loadable.includes(`/${name}.ko`) ? 'module' : 'absent';
};

const textOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);
