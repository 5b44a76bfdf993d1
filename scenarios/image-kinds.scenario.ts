import {restart} from '../harness/scenario/daemons.ts';
import {walkthrough} from '../harness/scenario/scenario.ts';
import {armIndex, FILE, schema1Image, zstdImage} from './image-kinds.ts';
import {outcomeOf, warns} from './outcome.ts';
import {REGISTRY, serveImages, type ServedImage} from './registry.ts';
import {nginx} from './workloads/nginx.ts';

// Images of kinds that some versions no longer take, or do not take yet.

const nameOf = ({name, tag}: ServedImage): string => `${REGISTRY}/${name}:${tag}`;

walkthrough('docker pull of images of other kinds', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'its own commands are another scenario', runc: 'it knows no images'},
  steps: async (context) => {
    const {machine, step, record, expect, defer} = context;
    const [schema1, zstd, arm] = [schema1Image(), zstdImage(), armIndex('v6')];
    await serveImages(context, [schema1, zstd, arm]);
    for (const [kind, image] of Object.entries({schema1, zstd})) {
      await step(`an image with ${kind}`, async () => {
        defer(() => machine.exec(['docker', 'rmi', '--force', nameOf(image)]));
        const result = await machine.exec(['docker', 'pull', nameOf(image)]);
        record(`surface.pull.${kind}`, /is disabled|has been removed/.exec(result.stderr)?.[0] ?? outcomeOf(result));
        if (result.exitCode === 0) {
          const id = (await machine.succeed(['docker', 'create', nameOf(image), 'true'])).trim();
          defer(() => machine.succeed(['docker', 'rm', id]));
          expect(await machine.succeed(['docker', 'cp', `${id}:/${FILE.name}`, '-'])).toContain(FILE.content);
        }
      });
    }
    await step('an image for a newer variant of ARM than the one that is asked for', async () => {
      defer(() => machine.exec(['docker', 'rmi', '--force', nameOf(arm)]));
      record(
        'surface.pull.armOfAnotherVariant',
        outcomeOf(await machine.exec(['docker', 'pull', '--platform', 'linux/arm/v5', nameOf(arm)])),
      );
    });
  },
});

walkthrough('ctr images pull of images of other kinds', {
  workload: nginx,
  level: 'ctr',
  network: 'isolated',
  notAt: {docker: 'its own commands are another scenario', runc: 'it knows no images'},
  steps: async (context) => {
    const {machine, step, record, defer} = context;
    const [schema1, zstd, arm] = [schema1Image(), zstdImage(), armIndex('v6')];
    await serveImages(context, [schema1, zstd, arm]);
    const pull = async (image: ServedImage, ...flags: readonly string[]) => {
      defer(() => machine.exec(['ctr', 'images', 'remove', '--sync', nameOf(image)]));
      return machine.exec(['ctr', 'images', 'pull', '--plain-http', ...flags, nameOf(image)]);
    };
    await step('an image with zstd', async () => record('surface.ctrPull.zstd', outcomeOf(await pull(zstd))));
    await step('an image for a newer variant of ARM than the one that is asked for', async () =>
      record('surface.ctrPull.armOfAnotherVariant', outcomeOf(await pull(arm, '--platform', 'linux/arm/v5'))),
    );
    await step('an image with schema 1', async () => record('surface.ctrPull.schema1', outcomeOf(await pull(schema1))));
    const warnsAlways = warns(await machine.exec(['ctr', 'version']));
    record('surface.ctr.everyCommandWarns', warnsAlways);
    if (warnsAlways) {
      // It remembers what was used until it is started again.
      defer(() => restart(context, 'dockerd'));
      defer(() => restart(context, 'containerd'));
    }
  },
});
