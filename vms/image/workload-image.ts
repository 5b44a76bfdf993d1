import {chmod, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {step, type BakeContext} from './bake-report.ts';
import {downloadPackages, type HostCommand} from './debian-packages.ts';
import {parseImageName} from './image-name.ts';
import {applyRecipe} from './image-tree.ts';
import {runIsolated} from './isolated-command.ts';
import {packLayer} from './layer-archive.ts';
import {imageDocuments} from './oci-documents.ts';
import {writeLayout, type LayoutImage} from './oci-layout.ts';
import type {ImageRecipe} from './recipe.ts';

/** What is known of an image in the cache. */
export interface ImageFacts extends LayoutImage {
  readonly name: string;
  /** Debian version of every package in it; empty for an image that was pulled. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Source files that decide what an image is; their content is part of the cache key. */
export const imageSources = [
  'debian-packages.ts',
  'image-tree.ts',
  'layer-archive.ts',
  'oci-documents.ts',
  'oci-layout.ts',
  'workload-image.ts',
];

/**
 * Makes the image of a recipe as OCI layout in `layout`. `scratch` is for what is needed on the way.
 * Throws `ProvisionError` when the mirror fails or does not have a package, or the disk is full.
 */
export const buildImage = async (
  recipe: ImageRecipe,
  layout: string,
  scratch: string,
  context: BakeContext,
): Promise<ImageFacts> => {
  const {tag} = parseImageName(recipe.name);
  const action = `bake image "${recipe.name}"`;
  const run: HostCommand = async (argv, options) =>
    runIsolated(argv, {...options, action, folder: scratch, signal: context.signal});

  const archives = await step(context, `${recipe.name}: download packages`, async () =>
    downloadPackages(recipe, scratch, run),
  );
  return step(context, `${recipe.name}: build the image`, async () => {
    const tree = join(scratch, 'tree');
    await mkdir(tree);
    await chmod(tree, 0o755);
    const packages: Record<string, string> = {};
    for (const archive of archives) {
      const shown = await run(['dpkg-deb', '--show', '--showformat=${Package}\\t${Version}', archive]);
      const [name = '', version = ''] = shown.split('\t');
      packages[name] = version;
      await run(['dpkg-deb', '--extract', archive, tree]);
    }
    await applyRecipe(recipe, tree);
    const file = join(scratch, 'layer.tar.gz');
    const layer = await packLayer(tree, file, context.signal);
    const documents = imageDocuments(recipe.config, layer, ociArchitecture());
    return {name: recipe.name, packages, ...(await writeLayout(layout, documents, layer, file, tag))};
  });
};

/** This host's architecture in the words of Go, which OCI uses: https://go.dev/doc/install/source#environment */
export const ociArchitecture = (): string => ({x64: 'amd64'} as Record<string, string>)[process.arch] ?? process.arch;
