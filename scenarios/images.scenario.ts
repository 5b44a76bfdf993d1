import {ociRuntimeFlags} from '../harness/levels/ctr.ts';
import {untilWhole} from '../harness/levels/whole-output.ts';
import {restart} from '../harness/scenario/daemons.ts';
import {scenario, walkthrough} from '../harness/scenario/scenario.ts';
import {archiveOf} from './archive.ts';
import {ImageArchive} from './image-archive.ts';
import {outcomeOf} from './outcome.ts';
import {scratchFolder} from './scratch-folder.ts';
import {nginx} from './workloads/nginx.ts';

// What images look like on their way in and out of the stores.

const CNI_CONFIGURATION = '/etc/cni/net.d/10-plumbline.conflist';
const image = nginx.image.name;
/** A second name of the image, which is removed in between. Its content is not: the image itself needs it. */
const COPY = 'docker.io/plumbline/copy:one';
/** An image that goes with all its content when it is removed. */
const OWN = 'plumbline/own:one';

/** What kinds of members an archive has, whatever the digests are. */
const kindsOf = (members: readonly string[]): string[] =>
  [...new Set(members.map((member) => member.replaceAll(/[0-9a-f]{64}/g, '{digest}')))].toSorted();

walkthrough('docker save, load, export and import', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'its own commands are another scenario', runc: 'it knows no images'},
  steps: async ({machine, step, record, expect, defer}) => {
    const folder = await scratchFolder({machine, defer}, 'images');
    const inspect = async (format: string) =>
      (await machine.succeed(['docker', 'image', 'inspect', '--format', format, OWN])).trim();
    await step('an image with a layer that no other has', async () => {
      defer(() => machine.exec(['docker', 'rmi', '--force', OWN]));
      await machine.succeed(['docker', 'import', '-', OWN], {input: archiveOf('file', 'what was saved', {})});
    });
    const id = await inspect('{{.Id}}');
    await step('the members of what is saved', async () => {
      await machine.succeed(['docker', 'save', '--output', `${folder}/saved.tar`, OWN]);
      const archive = new ImageArchive({machine}, `${folder}/saved.tar`);
      const members = await archive.members();
      record('surface.save.members', kindsOf(members));
      const layers: unknown = JSON.parse(await inspect('{{json .RootFS.Layers}}'));
      expect(await archive.contentOfLayers()).toEqual(layers);
      if (members.includes('index.json')) {
        // Release candidates of 25.0 wrote a layout without layers: https://github.com/moby/moby/pull/47065
        expect(await archive.layersOfLayout()).toEqual(layers);
      }
    });
    await step('what is loaded is what was saved', async () => {
      await machine.succeed(['docker', 'rmi', OWN]);
      await machine.succeed(['docker', 'load', '--input', `${folder}/saved.tar`]);
      expect(await inspect('{{.Id}}')).toBe(id);
      const container = (await machine.succeed(['docker', 'create', OWN, 'true'])).trim();
      defer(() => machine.succeed(['docker', 'rm', container]));
      expect(await machine.succeed(['docker', 'cp', `${container}:/file`, '-'])).toContain('what was saved');
    });
    await step('a file system that is exported and imported', async () => {
      const container = (await machine.succeed(['docker', 'create', image])).trim();
      defer(() => machine.succeed(['docker', 'rm', container]));
      await machine.succeed(['docker', 'export', '--output', `${folder}/exported.tar`, container]);
      await machine.succeed(['docker', 'import', `${folder}/exported.tar`, 'plumbline/imported:one']);
      defer(() => machine.succeed(['docker', 'rmi', 'plumbline/imported:one']));
      const argv = ['docker', 'run', '--rm', 'plumbline/imported:one', 'cat', '/etc/nginx/nginx.conf'];
      expect(await machine.succeed(argv)).toContain('worker_connections');
    });
  },
});

walkthrough('docker build and docker import', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it builds nothing', runc: 'it knows no images'},
  steps: async ({machine, step, record, expect, defer}) => {
    const remove = (name: string) => defer(() => machine.exec(['docker', 'rmi', '--force', name]));
    await step('what builds an image', async () => {
      remove('plumbline/built:one');
      const input = `FROM ${image}\nLABEL built=here\n`;
      const result = await machine.exec(['docker', 'build', '--tag', 'plumbline/built:one', '-'], {input});
      expect(result.exitCode).toBe(0);
      record('surface.build.builder', result.stdout.includes('Successfully built') ? 'classic' : 'buildkit');
      record('surface.build.calledDeprecated', /DEPRECATED/.test(result.stderr));
    });
    for (const [name, attribute] of [
      ['ofUsers', 'user.plumbline'],
      ['ofAnotherSystem', 'com.apple.provenance'],
    ] as const) {
      await step(`a file system with an attribute such as ${attribute}`, async () => {
        const tag = `plumbline/attributes:${name.toLowerCase()}`;
        remove(tag);
        const input = archiveOf('file', 'here', {[`SCHILY.xattr.${attribute}`]: 'x'});
        record(
          `lifecycle.import.attribute.${name}`,
          outcomeOf(await machine.exec(['docker', 'import', '-', tag], {input})),
        );
      });
    }
  },
});

walkthrough('docker volume prune', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it knows no volumes', runc: 'it knows no volumes'},
  steps: async ({machine, step, record, expect, defer}) => {
    await step('a volume with a name and one without', async () => {
      defer(() => machine.exec(['docker', 'volume', 'rm', '--force', 'plumbline-named']));
      await machine.succeed(['docker', 'volume', 'create', 'plumbline-named']);
      const create = ['docker', 'create', '--volume', '/data', image, 'true'];
      const id = (await machine.succeed(create)).trim();
      await machine.succeed(['docker', 'rm', id]);
    });
    await step('what is left after pruning', async () => {
      const list = async () => (await machine.succeed(['docker', 'volume', 'ls', '--quiet'])).trim().split('\n');
      expect((await list()).filter(Boolean)).toHaveLength(2);
      await machine.succeed(['docker', 'volume', 'prune', '--force']);
      record('lifecycle.volumePrune.left', (await list()).filter(Boolean));
    });
  },
});

walkthrough('ctr images pull, export and import', {
  workload: nginx,
  level: 'ctr',
  network: 'isolated',
  notAt: {docker: 'its own commands are another scenario', runc: 'it knows no images'},
  steps: async ({machine, step, record, tally, expect, defer}) => {
    const folder = await scratchFolder({machine, defer}, 'images');
    await step('flags that the transfer service has no word for', async () => {
      for (const flag of ['--skip-verify', '--max-concurrent-downloads=1']) {
        const result = await machine.exec(['ctr', 'images', 'pull', flag, image]);
        record(
          `surface.ctrPull.${flag.replace(/=.*/, '')}`,
          /requires "--local"/.test(result.stderr) ? 'needs --local' : outcomeOf(result),
        );
      }
    });
    await step('export and import', async () => {
      const digestOf = async (name: string) => {
        const listed = await machine.succeed(['ctr', 'images', 'list', `name==${name}`]);
        const [digest = 'not listed'] = /sha256:[0-9a-f]{64}/.exec(listed) ?? [];
        expect(digest, name).not.toBe('not listed');
        return digest;
      };
      defer(() => machine.exec(['ctr', 'images', 'remove', '--sync', COPY]));
      await machine.succeed(['ctr', 'images', 'tag', image, COPY]);
      // From 2.0 on nothing waits for the goroutine of ctr that writes the archive:
      // https://github.com/containerd/containerd/blob/v2.1.5/core/transfer/archive/exporter.go (`MarshalAny`)
      const {lost} = await untilWhole(
        () => machine.exec(['ctr', 'images', 'export', `${folder}/exported.tar`, COPY]),
        async () => {
          const {exitCode, stdout} = await machine.exec(['tar', '-tf', `${folder}/exported.tar`]);
          // tar does not mind an end between two members; they are in the order of their names.
          return exitCode === 0 && stdout.endsWith('oci-layout\n');
        },
      );
      tally('lifecycle.ctrExport.truncated', lost.hits, lost.of);
      const archive = new ImageArchive({machine}, `${folder}/exported.tar`);
      record('surface.ctrExport.members', kindsOf(await archive.members()));
      const manifest = await machine.succeed(['ctr', 'content', 'get', await digestOf(image)]);
      const {layers} = JSON.parse(manifest) as {readonly layers: readonly {readonly digest: string}[]};
      const digests = layers.map(({digest}) => digest);
      expect(await archive.layersOfLayout()).toEqual(digests);
      expect(await archive.contentOfLayers()).toEqual(digests);
      await machine.succeed(['ctr', 'images', 'remove', '--sync', COPY]);
      const stdout = await machine.succeed(['ctr', 'images', 'import', `${folder}/exported.tar`]);
      record(
        'surface.ctrImport.says',
        /\bdone\b/.test(stdout) && stdout.includes('unpacking') ? 'unpacking …done' : 'a table',
      );
      expect(await digestOf(COPY)).toBe(await digestOf(image));
    });
    await step('import for all platforms', async () => {
      const result = await machine.exec(['ctr', 'images', 'import', '--all-platforms', `${folder}/exported.tar`]);
      record('surface.ctrImport.allPlatforms', outcomeOf(result));
    });
  },
});

walkthrough('ctr run with what older and newer versions refuse', {
  workload: nginx,
  level: 'ctr',
  network: 'isolated',
  notAt: {docker: 'this is about ctr', runc: 'this is about ctr'},
  steps: async (context) => {
    const {machine, runc, step, record, expect, defer} = context;
    const run = (flags: readonly string[]) =>
      machine.exec(['ctr', 'run', '--rm', ...flags, image, 'plumbline-once', 'true']);
    const clean = async () => {
      await machine.exec(['ctr', 'containers', 'delete', 'plumbline-once']);
      await machine.exec(['ctr', 'snapshots', 'remove', 'plumbline-once']);
    };
    await step('a user id that does not fit', async () => {
      const result = await run([...ociRuntimeFlags(runc), '--user', '99999999999']);
      expect(result.exitCode).not.toBe(0);
      const said = result.stderr.trim().split('\n').at(-1) ?? '';
      record('surface.ctrRun.userTooLarge', said.replace(/containerd-mount\d+/, 'containerd-mount{n}'));
      await clean();
    });
    await step('plugins of CNI where the distribution puts them', async () => {
      const conflist = {cniVersion: '0.4.0', name: 'plumbline', plugins: [{type: 'loopback'}]};
      defer(() => machine.succeed(['rm', '-rf', CNI_CONFIGURATION, '/var/lib/cni']));
      await machine.put(CNI_CONFIGURATION, JSON.stringify(conflist));
      record('surface.ctrRun.pluginsOfDistribution', outcomeOf(await run([...ociRuntimeFlags(runc), '--cni'])));
      await clean();
    });
    // Folders of the runtime of containerd 1.0, which makes them and keeps them.
    const state = ['/run/containerd', '/var/lib/containerd'].map(
      (at) => `${at}/io.containerd.runtime.v1.linux/default`,
    );
    defer(() => machine.succeed(['rm', '-rf', ...state]));
    // With cgroup version 2 that runtime fails half-way, and leaves a container that was created and its root file system mounted.
    defer(() => machine.exec(['umount', ...state.map((at) => `${at}/.plumbline-once/rootfs`)]));
    defer(() =>
      machine.exec(['runc', '--root', '/run/containerd/runc/default', 'delete', '--force', 'plumbline-once']),
    );
    // With these ctr takes no other program than runc.
    for (const runtime of ['io.containerd.runc.v1', 'io.containerd.runtime.v1.linux']) {
      await step(`the runtime ${runtime}`, async () => {
        record(`surface.ctrRun.runtime.${runtime}`, outcomeOf(await run(['--runtime', runtime])));
        await clean();
      });
    }
    await step('what it says of deprecated things', async () => {
      const outcome = outcomeOf(await machine.exec(['ctr', 'deprecations', 'list']));
      record('surface.ctr.deprecations', outcome);
      if (outcome === 'done') {
        // It remembers what was used, and tells every client that comes later, until it is started again.
        defer(() => restart(context, 'dockerd'));
        defer(() => restart(context, 'containerd'));
      }
    });
  },
});

scenario('the same image at every level', {
  workload: nginx,
  at: {docker: ['published'], ctr: ['isolated'], runc: ['netns']},
  check: async ({machine, level, record, expect, running}) => {
    // The digest itself was compared with the one that was baked before this began.
    expect(running.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    if (level === 'docker') {
      const digests = await machine.succeed(['docker', 'image', 'inspect', '--format', '{{json .RepoDigests}}', image]);
      expect(digests).toContain(running.imageDigest);
      const id = (await machine.succeed(['docker', 'image', 'inspect', '--format', '{{.Id}}', image])).trim();
      record('surface.image.idIsManifest', id === running.imageDigest);
    }
  },
});
