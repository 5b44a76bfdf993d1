import {step, type BakeContext} from './bake-report.ts';
import {runIsolated} from './isolated-command.ts';
import {readLayout} from './oci-layout.ts';
import {requireProgram} from './preflight.ts';
import type {ImageFacts} from './workload-image.ts';

/**
 * The digest an image has at its real registry now. skopeo(1): https://github.com/containers/skopeo/blob/v1.9.3/docs/skopeo-inspect.1.md
 * Throws `HostError` when skopeo is not installed, `ProvisionError` when the registry does not answer or has no such image.
 */
export const inspectPulledImage = async (name: string, context: BakeContext): Promise<string> => {
  await requireProgram('skopeo', `pull "${name}"`, 'apt-get install -y skopeo');
  const options = {action: `pull "${name}"`, folder: '/', signal: context.signal};
  return step(context, `${name}: ask its registry`, async () =>
    (
      await runIsolated(['skopeo', 'inspect', '--no-tags', '--format', '{{.Digest}}', `docker://${name}`], options)
    ).trim(),
  );
};

/** Copies an image from its real registry into the OCI layout `layout`, for this host's architecture. */
export const pullImage = async (
  name: string,
  digest: string,
  layout: string,
  context: BakeContext,
): Promise<ImageFacts> => {
  const options = {action: `pull "${name}"`, folder: layout, signal: context.signal};
  return step(context, `${name}: pull from its registry`, async () => {
    await runIsolated(pullArgv(name, digest, layout), options);
    return {name, packages: {}, ...(await readLayout(layout))};
  });
};

/** By digest, so that the image is the one that was inspected even when the tag moves in between. */
export const pullArgv = (name: string, digest: string, layout: string): readonly string[] => [
  'skopeo',
  'copy',
  `docker://${name.replace(/:[\w.-]+$/u, '')}@${digest}`,
  `oci:${layout}`,
];
