import {walkthrough} from '../harness/scenario/scenario.ts';
import {Bundle} from './bundle.ts';
import {parseAnswers} from './inspection.ts';
import {outcomeOf} from './outcome.ts';
import {inspector} from './workloads/inspector.ts';

// crun takes the place of runc with `--runc crun`. What it does differently from one version to the next:
// https://github.com/containers/crun/blob/main/NEWS

walkthrough('crun, beside runc', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt: {
    docker: '"--runc crun" runs all of its cells with crun',
    ctr: '"--runc crun" runs all of its cells with crun',
  },
  steps: async (context) => {
    const {machine, step, record, expect} = context;
    const bundle = await Bundle.make(context, 'crun');
    await step('with CAP_SYS_RESOURCE and without', async () => {
      await bundle.write(['true']);
      const without = ['setpriv', '--bounding-set', '-sys_resource', '--inh-caps', '-sys_resource'];
      const argv = ['crun', 'run', '--bundle', bundle.folder, 'plumbline-crun'];
      expect(await machine.exec(argv)).toMatchObject({exitCode: 0});
      record('lifecycle.crun.withoutSysResource', outcomeOf(await machine.exec([...without, ...argv])));
    });
    await step('versions of the specification', async () => {
      for (const version of ['1.0.2', '1.1.0', '1.2.0', '1.2.1', '1.9.0']) {
        const result = await bundle.run('plumbline-crun', ['true'], (spec) => {
          spec.ociVersion = version;
        });
        record(`surface.crun.ociVersion.${version}`, outcomeOf(result));
      }
    });
    await step('names', async () => {
      for (const [title, name] of [
        ['space', 'plumbline a'],
        ['slash', 'plumbline/a'],
        ['dot', '.plumbline'],
      ] as const) {
        record(`surface.crun.name.${title}`, outcomeOf(await bundle.run(name, ['true'])));
        await machine.exec(['crun', 'delete', '--force', name]);
      }
    });
    await step('exec', async () => {
      await bundle.create('plumbline-crun-exec', ['sleep', '60']);
      await machine.succeed(['crun', 'start', 'plumbline-crun-exec']);
      const exec = (...argv: string[]) => machine.exec(['crun', 'exec', ...argv]);
      record('surface.crun.execOfMissing', (await exec('plumbline-crun-exec', '/absent')).exitCode ?? -1);
      const {stdout} = await exec('--env', 'A=1', 'plumbline-crun-exec', '/usr/local/bin/inspect', 'process');
      record('lifecycle.crun.execWithVariable.path', parseAnswers(stdout).get('process.path') ?? 'no answer');
    });
    await step('devices', async () => {
      const {stdout} = await bundle.run('plumbline-crun', ['inspect', 'devices'], (spec) => {
        for (const set of Object.values(spec.process.capabilities)) {
          set.push('CAP_MKNOD');
        }
      });
      // Allowed by default until crun 1.5, and again since 1.20.
      record('isolation.crun.tun', parseAnswers(stdout).get('devices.made.tun') ?? 'no answer');
    });
  },
});
