import {restart} from '../harness/scenario/daemons.ts';
import type {ScenarioContext} from '../harness/scenario/definition.ts';
import {scenario, walkthrough} from '../harness/scenario/scenario.ts';
import {outcomeOf} from './outcome.ts';
import {nginx} from './workloads/nginx.ts';

// What AppArmor makes of containers, where the kernel has it. A sandbox does not show that of this host, and its profiles are never touched.

const LOADED = '/sys/kernel/security/apparmor/profiles';
const PARSER = '/sbin/apparmor_parser';
/** What the distribution has for runc: a name, and no confinement. */
const PROFILE = '/etc/apparmor.d/runc';

scenario('with the profile of the distribution for runc', {
  workload: nginx,
  at: {docker: ['published'], ctr: ['isolated'], runc: ['netns']},
  prepare: async (context) => {
    const {machine, defer} = context;
    const isThere = (await machine.exec(['test', '-e', PROFILE])).exitCode === 0;
    if (isThere && (await hasAppArmor(context))) {
      defer(() => machine.succeed([PARSER, '--remove', PROFILE]));
      await machine.succeed([PARSER, '--replace', PROFILE]);
    }
  },
  check: async ({machine, running, step, record, expect, signal}) => {
    const {exitCode, stdout} = await machine.exec(['cat', `/proc/${running.pid}/attr/current`]);
    record('isolation.profileOfRunc.label', exitCode === 0 ? stdout.trim() : 'none');
    await step('send SIGTERM', () => running.kill('SIGTERM'));
    // A profile that lets no signal of runc through makes a kill of every stop: https://github.com/moby/moby/pull/47749
    expect(await running.waitForExit(signal)).toBe(0);
  },
});

walkthrough('without the parser of AppArmor', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it loads no profile of its own', runc: 'it loads no profile of its own'},
  steps: async (context) => {
    const {machine, step, record, defer} = context;
    const name = 'plumbline-unparsed';
    await step('take away the parser, and what dockerd has loaded with it', async () => {
      defer(() => restart(context, 'dockerd'));
      if ((await hasAppArmor(context)) && (await machine.succeed(['cat', LOADED])).includes('docker-default (')) {
        await machine.succeed([PARSER, '--remove'], {input: 'profile docker-default {\n}\n'});
      }
      defer(() => machine.succeed(['mv', `${PARSER}.away`, PARSER]));
      await machine.succeed(['mv', PARSER, `${PARSER}.away`]);
    });
    await restart(context, 'dockerd');
    await step('run a container', async () => {
      defer(() => machine.exec(['docker', 'rm', '--force', name]));
      const result = await machine.exec(['docker', 'run', '--name', name, nginx.image.name, 'true']);
      const refused = /could not be loaded/.test(result.stderr);
      record('lifecycle.withoutParser', refused ? `no profile, exit code ${result.exitCode}` : outcomeOf(result));
    });
  },
});

const hasAppArmor = async ({machine}: Pick<ScenarioContext, 'machine'>): Promise<boolean> =>
  (await machine.exec(['test', '-e', LOADED])).exitCode === 0;
