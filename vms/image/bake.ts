import {chmod, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {BakedImage} from '../machine.ts';
import type {RuntimeSet} from '../runtimes/runtime-set.ts';
import type {BakeContext, BakeReport} from './bake-report.ts';
import {openEntry, type CacheEntry} from './cache.ts';
import {contentKey, keyOf} from './content-key.ts';
import {openStores} from './image-stores.ts';
import {parseImageName} from './image-name.ts';
import {requireProgram} from './preflight.ts';
import {inspectPulledImage, pullImage} from './pulled-image.ts';
import type {ImageRecipe} from './recipe.ts';
import {storeImage} from './registry-storage.ts';
import {registryFolder} from './root-files.ts';
import {buildRoot, rootSources, type RootFacts} from './root-layer.ts';
import {buildImage, imageSources, ociArchitecture, type ImageFacts} from './workload-image.ts';

/** Options of {@link bake}. */
export interface BakeOptions {
  readonly report: BakeReport;
  readonly signal: AbortSignal;
  /** Take the images from their real registry instead of building them. Default: false. */
  readonly pull?: boolean;
}

/** A baked image that can't be pruned until it is disposed of, with what is known of it. */
export interface HeldImage extends BakedImage, AsyncDisposable {
  readonly root: RootFacts;
  /** The images that the machine's registry serves, in the order asked for. `manifest` is the digest all levels have to show. */
  readonly images: readonly ImageFacts[];
}

/**
 * Makes what a machine of this runtime set starts from, with a registry that serves these images, and these images pulled; what is in the cache is only checked.
 * Throws `HostError` when this host can't bake, `ProvisionError` when the bake failed, and the reason of the signal when aborted.
 */
export const bake = async (
  set: RuntimeSet,
  recipes: readonly ImageRecipe[],
  options: BakeOptions,
): Promise<HeldImage> => {
  await using undo = new AsyncDisposableStack();
  // When one of the entries fails the others have to end too, before anything is reported.
  const failed = new AbortController();
  const context: BakeContext = {report: options.report, signal: AbortSignal.any([options.signal, failed.signal])};
  const hold = async <Facts>(opening: Promise<CacheEntry<Facts>>): Promise<CacheEntry<Facts>> => {
    try {
      return undo.use(await opening);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };

  const openImage = options.pull ? openPulledImage : openBuiltImage;
  const settled = await Promise.allSettled([
    hold(openRoot(set, context)),
    hold(openRegistry(async (recipe) => hold(openImage(recipe, context)), recipes, context)),
  ]);
  failed.signal.throwIfAborted();
  const [root, registry] = settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as [
    CacheEntry<RootFacts>,
    CacheEntry<readonly ImageFacts[]>,
  ];

  const images = registry.facts.map(({name}) => name);
  const stores =
    images.length > 0 && undo.use(await openStores({runtimeSet: set.name, root, registry, images}, context));
  const release = undo.move();
  return {
    runtimeSet: set.name,
    layers: [registry.content, root.content],
    // The seals rather than the keys: a root made again has another certificate, and newer packages perhaps.
    key: keyOf([registry.seal, root.seal, ...(stores ? [stores.seal] : [])]),
    ...(stores && {stores: stores.content}),
    root: root.facts,
    images: registry.facts,
    [Symbol.asyncDispose]: async () => release.disposeAsync(),
  };
};

const openRoot = async (set: RuntimeSet, context: BakeContext): Promise<CacheEntry<RootFacts>> =>
  openEntry(
    {
      kind: 'root',
      // What is only said about a set, such as its notes, makes no other root.
      key: await contentKey(
        {suite: set.suite, packages: set.packages, versions: set.versions, architecture: ociArchitecture()},
        rootSources,
      ),
      what: `root "${set.name}"`,
      neededBytes: 1_000_000_000,
      make: async (content) => {
        await requireProgram('mmdebstrap', `bake root "${set.name}"`, 'npm run setup');
        return buildRoot(set, content, context);
      },
    },
    context,
  );

const openBuiltImage = async (recipe: ImageRecipe, context: BakeContext): Promise<CacheEntry<ImageFacts>> =>
  openEntry(
    {
      kind: 'image',
      key: await contentKey({recipe, architecture: ociArchitecture()}, imageSources),
      what: `image "${recipe.name}"`,
      neededBytes: 300_000_000,
      make: async (content, scratch) => buildImage(recipe, content, scratch, context),
    },
    context,
  );

const openPulledImage = async ({name}: ImageRecipe, context: BakeContext): Promise<CacheEntry<ImageFacts>> => {
  const digest = await inspectPulledImage(name, context);
  return openEntry(
    {
      kind: 'pulled',
      key: await contentKey({name, digest, architecture: ociArchitecture()}, ['pulled-image.ts']),
      what: `pulled image "${name}"`,
      neededBytes: 500_000_000,
      make: async (content) => pullImage(name, digest, content, context),
    },
    context,
  );
};

/** The layer with the content of the machine's registry. The images are needed for its key already. */
const openRegistry = async (
  openImage: (recipe: ImageRecipe) => Promise<CacheEntry<ImageFacts>>,
  recipes: readonly ImageRecipe[],
  context: BakeContext,
): Promise<CacheEntry<readonly ImageFacts[]>> => {
  const images = await Promise.all(recipes.map(openImage));
  const facts = images.map((image) => image.facts);
  return openEntry(
    {
      kind: 'registry',
      key: await contentKey(facts, ['registry-storage.ts']),
      what: `registry with ${recipes.map(({name}) => `"${name}"`).join(', ') || 'no image'}`,
      neededBytes: 500_000_000,
      make: async (content) => {
        const rootDirectory = `${content}${registryFolder}`;
        await makeOpenFolders(content, registryFolder);
        for (const image of images)
          await storeImage(rootDirectory, parseImageName(image.facts.name), image.facts, image.content);
        return facts;
      },
    },
    context,
  );
};

/** As overlay, the folders of a layer stand for those below it, so they need the modes of Debian whatever the umask is. */
const makeOpenFolders = async (top: string, path: string): Promise<void> => {
  let folder = top;
  for (const name of path.split('/').filter(Boolean)) {
    folder = join(folder, name);
    await mkdir(folder);
    await chmod(folder, 0o755);
  }
};
