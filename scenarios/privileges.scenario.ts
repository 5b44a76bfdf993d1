import type {Machine, ScenarioContext} from '../harness/scenario/definition.ts';
import {capabilityNames} from '../harness/observe/credentials.ts';
import {configureDockerd} from '../harness/scenario/daemons.ts';
import {scenario, walkthrough} from '../harness/scenario/scenario.ts';
import {outputOfCtrRun} from './ctr-run.ts';
import {answersOfExec, answersOfInit, capabilitySets, openFileLimits, parseAnswers} from './inspection.ts';
import {outcomeOf} from './outcome.ts';
import {scratchFolder} from './scratch-folder.ts';
import {inspector} from './workloads/inspector.ts';

const noSpecWriter = 'whoever writes the spec says so there';

walkthrough('privileged containers', {
  workload: inspector,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it has a walkthrough of its own, with what it means by it', runc: noSpecWriter},
  steps: async (context) => {
    const {machine, workload, step, defer, record, expect} = context;
    const missing = await missingCapabilities(machine);
    if (missing.length > 0) {
      // dockerd asks for every capability that the kernel has, and nobody can give away what he has not.
      record('isolation.privileged.notInThisMachine', missing);
      await addLesserRuntime(context, missing);
    }
    const runtime = missing.length > 0 ? ['--runtime', LESSER] : [];
    const dockerRun = (...rest: string[]) =>
      machine.succeed(['docker', 'run', '--rm', '--privileged', ...runtime, ...rest]);
    await step('what it may do', async () => {
      const answers = parseAnswers(await dockerRun(workload.image.name, 'inspect', 'process', 'paths'));
      expect(answers.get('paths./proc/sys/kernel/core_pattern')).toBe('read writable');
      expect(answers.get('process.Seccomp')).toBe('0');
      expect(answers.get('process.NoNewPrivs')).toBe('0');
      record('isolation.privileged.capabilities', capabilitySets(answers).effective);
    });
    await step('a filter of its own', async () => {
      const syscalls = [{names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO'}];
      const profile = `${await scratchFolder({machine, defer}, 'profiles')}/no-mkdir.json`;
      await machine.put(profile, JSON.stringify({defaultAction: 'SCMP_ACT_ALLOW', syscalls}));
      const inside = ['sh', '-c', 'inspect process; mkdir /tmp/folder && echo made; true'];
      const said = await dockerRun('--security-opt', `seccomp=${profile}`, workload.image.name, ...inside);
      // Up to docker 26 it was read over: https://github.com/moby/moby/pull/47500
      record(
        'isolation.privileged.ownFilter',
        parseAnswers(said).get('process.Seccomp') === '2' ? 'in force' : 'read over',
      );
      record('isolation.privileged.deniedCall', said.trimEnd().endsWith('made') ? 'allowed' : 'refused');
    });
  },
});

walkthrough('privileged tasks of containerd', {
  workload: inspector,
  level: 'ctr',
  network: 'isolated',
  steps: async (context) => {
    const {record, expect} = context;
    const argv = ['inspect', 'process', 'paths'];
    const said = await outputOfCtrRun(context, {id: 'plumbline-privileged', flags: ['--privileged'], argv});
    const answers = parseAnswers(said);
    expect(answers.get('paths./proc/sys/kernel/core_pattern')).toBe('read writable');
    // Whoever has all privileges has no way to more: `NoNewPrivileges` in containerd's oci/spec.go.
    expect(answers.get('process.NoNewPrivs')).toBe('1');
    record('isolation.privileged.capabilities', capabilitySets(answers).effective);
  },
});

const EXECS = 6;

scenario('opens no more files than it may', {
  workload: {...inspector, options: {rlimits: {RLIMIT_NOFILE: {soft: 700, hard: 900}}}},
  at: {docker: ['published'], runc: ['netns']},
  notAt: {ctr: '"ctr run" has a flag for it from containerd 2.2 on only'},
  check: async (context) => {
    const {step, record, tally, expect} = context;
    const init = await step('ask init', () => answersOfInit(context));
    expect(openFileLimits(init)).toEqual({soft: 700, hard: 900});
    await step('and processes beside it', async () => {
      const taken: (string | undefined)[] = [];
      for (let count = 1; count <= EXECS; count++) {
        taken.push((await answersOfExec(context, ['descriptors', '2048'])).get('taken.descriptors'));
      }
      const after = (descriptors: number): number =>
        taken.filter((one) => one === `EMFILE after ${descriptors}`).length;
      // crun 1.8 gives them no limit at all.
      record('limits.exec.openFilesLimited', after(697) + after(897) === EXECS);
      // Before runc 1.1.13 the Go runtime of "runc init" could raise the soft limit to the hard one after it was set:
      // https://github.com/opencontainers/runc/pull/4265
      tally('limits.exec.softLimitKept', after(697), EXECS);
    });
  },
});

walkthrough('capabilities that came with Linux 5.8 and 5.9', {
  workload: inspector,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it passes on any name', runc: noSpecWriter},
  steps: async ({workload, run, record}) => {
    for (const name of ['BPF', 'CHECKPOINT_RESTORE', 'PERFMON']) {
      const result = await run(['docker', 'run', '--rm', '--cap-add', name, workload.image.name, 'true']);
      record(`surface.docker.capAdd.${name}`, outcomeOf(result));
    }
  },
});

/** Name at dockerd of the OCI runtime without what {@link addLesserRuntime} takes away. */
const LESSER = 'plumbline-lesser';
const LESSER_PROGRAM = '/usr/local/sbin/plumbline-lesser';

/** Gives dockerd a runtime that is the OCI runtime, but for capabilities that no specification asks it for; for the life of the scenario. */
const addLesserRuntime = async (context: ScenarioContext, missing: readonly string[]): Promise<void> => {
  const {machine, defer, runc} = context;
  defer(() => machine.succeed(['rm', '-f', LESSER_PROGRAM]));
  const edits = missing.map((name) => `s/"${name}",?//g`).join('; ');
  const script = [
    '#!/bin/sh',
    'bundle=. previous=',
    'for argument; do case "$previous" in --bundle) bundle=$argument ;; esac; previous=$argument; done',
    'case " $* " in',
    `  *" create "*) sed -E '${edits}; s/,\\]/]/g' "$bundle/config.json" >"$bundle/lesser.json" && mv "$bundle/lesser.json" "$bundle/config.json" ;;`,
    'esac',
    `exec ${runc} "$@"`,
  ];
  await machine.put(LESSER_PROGRAM, `${script.join('\n')}\n`, 0o755);
  await configureDockerd(context, {runtimes: {[LESSER]: {path: LESSER_PROGRAM}}});
};

/** Capabilities that the kernel knows and the machine does not have, as in a sandbox of a host that is confined itself. */
const missingCapabilities = async (machine: Machine): Promise<string[]> => {
  const last = Number(await machine.succeed(['cat', '/proc/sys/kernel/cap_last_cap']));
  const all = (1n << BigInt(last + 1)) - 1n;
  const own = /^CapBnd:\s*(\w+)$/m.exec(await machine.succeed(['cat', '/proc/self/status']))?.[1] ?? '0';
  return capabilityNames((all & ~BigInt(`0x${own}`)).toString(16));
};
