import {chmod, mkdir, readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {step, type BakeContext} from './bake-report.ts';
import {openEntry, type CacheEntry} from './cache.ts';
import {cacheFolder} from './cache-folder.ts';
import {contentKey} from './content-key.ts';
import {runIsolated} from './isolated-command.ts';
import {overlayMount, overlayOptions} from './overlay.ts';
import {requireOverlayUpper} from './preflight.ts';

/** The daemons whose stores are filled: the content of `/var/lib/<name>` of a machine is in a folder of that name. */
export const storeNames = ['docker', 'containerd'] as const;

/** What the stores are made of. */
export interface StoresSpec {
  readonly runtimeSet: string;
  /** The root, and the layer with a registry that serves the images. */
  readonly root: Pick<CacheEntry<unknown>, 'content' | 'seal'>;
  readonly registry: Pick<CacheEntry<unknown>, 'content' | 'seal'>;
  /** Full names of the images, at least one. */
  readonly images: readonly string[];
}

/**
 * The stores of dockerd and containerd with these images in them. The daemons of the root itself pull them from the registry of the
 * machine, on this host and not in the machine: a pull takes a second here and most of a minute where the processor is emulated.
 * Throws `HostError` when this host can't bake, `ProvisionError` when a daemon does not start or a pull fails.
 */
export const openStores = async (spec: StoresSpec, context: BakeContext): Promise<CacheEntry<readonly string[]>> => {
  const {runtimeSet, root, registry, images} = spec;
  const what = `stores of "${runtimeSet}" with ${images.map((image) => `"${image}"`).join(', ')}`;
  return openEntry(
    {
      kind: 'stores',
      key: await contentKey({root: root.seal, registry: registry.seal, images}, ['image-stores.ts', 'overlay.ts']),
      what,
      neededBytes: 1_000_000_000,
      make: async (content, scratch) => {
        await requireOverlayUpper(what, cacheFolder());
        await step(context, `${runtimeSet}: pull into the stores`, async () =>
          fill(spec, what, content, scratch, context),
        );
        return images;
      },
    },
    context,
  );
};

const fill = async (
  {root, registry, images}: StoresSpec,
  what: string,
  content: string,
  scratch: string,
  {signal}: BakeContext,
): Promise<void> => {
  for (const folder of ['upper', 'work', 'merged']) await mkdir(join(scratch, folder));
  for (const store of storeNames) {
    await mkdir(join(content, store));
    await chmod(join(content, store), 0o711);
  }
  const options = overlayOptions([registry.content, root.content], {
    upper: join(scratch, 'upper'),
    work: join(scratch, 'work'),
  });
  await runIsolated(
    ['unshare', '--net', '--', 'sh', '-c', enterScript, 'sh', options, join(scratch, 'merged'), content, ...images],
    {action: `bake ${what}`, folder: content, input: fillScript, signal},
  );
  for (const [store, kept] of Object.entries(keptParts)) {
    for (const name of await readdir(join(content, store))) {
      if (!kept.includes(name)) await rm(join(content, store, name), {recursive: true});
    }
  }
};

/** What of a store is about images. The rest, such as the id of the daemon or its networks, each machine makes for itself. */
const keptParts: Readonly<Record<(typeof storeNames)[number], readonly string[]>> = {
  docker: ['image', 'overlay2'],
  containerd: [
    'io.containerd.content.v1.content',
    'io.containerd.metadata.v1.bolt',
    'io.containerd.snapshotter.v1.overlayfs',
  ],
};

/** Puts the root together and runs the script on standard input in it. Arguments: mount options, mount point, stores, images. */
const enterScript = `set -eu
options=$1 merged=$2 stores=$3
shift 3
ip link set lo up
${overlayMount} -o "$options" "$merged"
mount -t proc proc "$merged/proc"
# Without what this host has mounted below it: dockerd would load its profile into the host's AppArmor.
mount -t sysfs -o ro sysfs "$merged/sys"
mount --rbind /sys/fs/cgroup "$merged/sys/fs/cgroup"
mount --rbind /dev "$merged/dev"
for folder in run tmp; do mount -t tmpfs tmpfs "$merged/$folder"; done
for store in ${storeNames.join(' ')}; do
  mkdir -p "$merged/var/lib/$store"
  mount --bind "$stores/$store" "$merged/var/lib/$store"
done
exec chroot "$merged" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root sh -s -- "$@"
`;

/** Starts the daemons, pulls the images given as arguments, each store's one after another, and ends the daemons in order. */
const fillScript = `set -eu
exec </dev/null
# Waits until a command succeeds, as long as the daemon lives; arguments: log, pid, command.
answers() {
  log=$1 daemon=$2 tries=0
  shift 2
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if ! kill -0 "$daemon" 2>/dev/null || [ "$tries" -gt 600 ]; then
      echo "error: no answer from \${log%.log}" >&2
      tail -n 3 "/run/$log" >&2
      exit 1
    fi
    sleep 0.1
  done
}
docker-registry serve /etc/docker/registry/config.yml >/run/registry.log 2>&1 &
registry=$!
containerd >/run/containerd.log 2>&1 &
containerd=$!
answers containerd.log $containerd test -S /run/containerd/containerd.sock
# No container is run, so no network is wanted.
dockerd --containerd=/run/containerd/containerd.sock --bridge=none --iptables=false --ip6tables=false >/run/dockerd.log 2>&1 &
dockerd=$!
answers registry.log $registry curl --silent --fail https://registry-1.docker.io/v2/
answers dockerd.log $dockerd docker version
case $(docker info --format '{{.Driver}}') in overlay2 | overlayfs) ;; *)
  echo "error: dockerd does not use overlays here" >&2
  exit 1
esac
(for image; do docker pull --quiet "$image" >&2; done) &
pulls=$!
for image; do ctr images pull "$image" >&2; done
wait $pulls
kill -TERM $dockerd
wait $dockerd || true
kill -TERM $containerd
wait $containerd || true
`;
