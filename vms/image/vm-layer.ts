import {mkdir, readFile, readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {BakedImage} from '../machine.ts';
import {aptProxies} from './apt-proxies.ts';
import {step, type BakeContext} from './bake-report.ts';
import {openEntry, type CacheEntry} from './cache.ts';
import {entryParts} from './cache-folder.ts';
import {readManifest} from './cache-manifest.ts';
import {contentKey} from './content-key.ts';
import {runIsolated, type IsolatedOptions} from './isolated-command.ts';
import {finishScript, vmFiles, vmPaths, type VmFile} from './vm-files.ts';
import {overlayMount, overlayOptions} from './overlay.ts';
import {ociArchitecture} from './workload-image.ts';

/** What is known of the layer that makes a root bootable. */
export interface VmLayerFacts {
  /** `uname -r` of its kernel. */
  readonly kernel: string;
  /** Public host key of its sshd, as `TYPE BASE64`. */
  readonly hostKey: string;
}

const sources = ['vm-layer.ts', 'vm-files.ts', 'overlay.ts'];

/** What a root lacks to be a machine with a kernel of its own. */
const packages = ['systemd-sysv', 'dbus', 'openssh-server'] as const;

/** Held by the suite's own kernel for virtual machines, which has the drivers of QEMU and few others. */
const kernelPackage = (): string => `linux-image-cloud-${ociArchitecture()}`;

/**
 * The overlay layer that makes the Debian root of an image bootable: init, sshd and the kernel of its suite. Made in 12 seconds.
 * Throws `HostError` when this host can't bake, `ProvisionError` when the mirror fails or a package does not install.
 */
export const openVmLayer = async (
  {layers, runtimeSet}: BakedImage,
  context: BakeContext,
): Promise<CacheEntry<VmLayerFacts>> => {
  const root = layers.at(-1) ?? '';
  return openEntry(
    {
      kind: 'vm-layer',
      key: await contentKey({root: await sealOf(root), packages, kernel: kernelPackage()}, sources),
      what: `VM layer "${runtimeSet}"`,
      neededBytes: 600_000_000,
      make: async (content, scratch) => buildVmLayer(root, content, scratch, runtimeSet, context),
    },
    context,
  );
};

/** What says what is in a layer of the cache. The key of the image would change with its workloads, of which this layer has none. */
const sealOf = async (layer: string): Promise<string> => {
  const manifest = await readManifest({manifest: join(dirname(layer), entryParts.manifest)});
  return manifest?.seal ?? layer;
};

const buildVmLayer = async (
  root: string,
  content: string,
  scratch: string,
  runtimeSet: string,
  context: BakeContext,
): Promise<VmLayerFacts> => {
  const inLayer = await openLayer(root, content, scratch, {
    action: `bake VM layer "${runtimeSet}"`,
    signal: context.signal,
  });
  await step(context, `${runtimeSet}: install init, sshd and the kernel`, async () =>
    inLayer(installScript, kernelPackage(), vmPaths.busybox, ...packages),
  );
  return step(context, `${runtimeSet}: services of the VM`, async () => {
    await inLayer(`set -eu\numask 022\n${Object.entries(vmFiles).map(writeScript).join('')}${finishScript}`);
    const publicKey = await readFile(join(content, `${vmPaths.hostKey}.pub`), 'utf8');
    const [kernel = ''] = await readdir(join(content, modulesFolder));
    return {kernel, hostKey: publicKey.split(' ').slice(0, 2).join(' ')};
  });
};

/** Runs a script, with arguments, as root of a layer over its root. */
type LayerShell = (script: string, ...argv: readonly string[]) => Promise<string>;

/** Lets scripts run over a root, which write into `content`. */
export const openLayer = async (
  root: string,
  content: string,
  scratch: string,
  options: Pick<IsolatedOptions, 'action' | 'signal'>,
): Promise<LayerShell> => {
  const [work, merged] = [join(scratch, 'work'), join(scratch, 'merged')];
  for (const folder of [work, merged]) await mkdir(folder);
  const enter = ['sh', '-c', enterScript, 'sh', overlayOptions([root], {upper: content, work}), merged];
  const env = await aptProxies((argv) => runIsolated(argv, {...options, folder: content}));
  return async (script, ...argv) => runIsolated([...enter, ...argv], {...options, folder: content, input: script, env});
};

/** Where the modules of the kernels are, below the layer: `/lib` is a link to `/usr/lib`. */
export const modulesFolder = 'usr/lib/modules';

/** Written from within, so that a folder it makes has the mode of Debian and not that of this process. */
const writeScript = ([path, {content, mode}]: [string, VmFile]): string =>
  `mkdir -p '${dirname(path)}'\ncat >'${path}' <<'END-OF-FILE'\n${content}END-OF-FILE\nchmod ${mode.toString(8)} '${path}'\n`;

/**
 * Runs the script on standard input in the layer over its root. Arguments: mount options, mount point, arguments of the script.
 * What apt downloads is kept in memory: in the layer each file that is removed would leave a mark.
 */
const enterScript = `set -eu
options=$1 merged=$2
shift 2
${overlayMount} -o "$options" "$merged"
mount --bind /etc/resolv.conf "$merged/etc/resolv.conf"
mount -t proc proc "$merged/proc"
# Packages apply their sysctls when they are installed, which would be those of this host.
mount --bind "$merged/proc/sys" "$merged/proc/sys"
mount -o remount,bind,ro "$merged/proc/sys"
mount --rbind /dev "$merged/dev"
for folder in tmp var/lib/apt/lists var/cache/apt var/log; do mount -t tmpfs tmpfs "$merged/$folder"; done
# A folder for temporary files that the host's user has chosen is not in there.
exec chroot "$merged" env --unset=TMPDIR PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh -s -- "$@"
`;

/**
 * Installs packages, and unpacks a kernel and busybox. Arguments: kernel package, path for busybox, packages.
 * The kernel's package is not installed, since it depends on tools that would make an initial RAM disk of 40 MB.
 */
const installScript = `set -eu
kernel=$1 busybox=$2
shift 2
exec </dev/null
# apt's own user can't reach the cache, which is root's alone.
apt() { apt-get -qq -y --no-install-recommends -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 "$@" >&2; }
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
apt update
apt install "$@"
rm /usr/sbin/policy-rc.d
apt --download-only install "$kernel" busybox-static
cd /var/cache/apt/archives
for archive in linux-*.deb; do
  dpkg-deb --fsys-tarfile "$archive" | tar --extract --keep-directory-symlink --directory=/ \\
    --exclude=./usr/share/doc --exclude='./boot/System.map*' --exclude=./usr/share/lintian
done
for folder in /lib/modules/*; do depmod "\${folder##*/}"; done
mkdir /tmp/busybox "\${busybox%/*}"
dpkg-deb --extract busybox-static_*.deb /tmp/busybox
cp "$(find /tmp/busybox -path '*/bin/busybox')" "$busybox"
`;
