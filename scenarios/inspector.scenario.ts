import type {RunningContext} from '../harness/scenario/definition.ts';
import {scenario} from '../harness/scenario/scenario.ts';
import {
  answersOfExec,
  answersOfInit,
  answersOfKernel,
  answersTo,
  capabilitySets,
  openFileLimits,
  type Answers,
} from './inspection.ts';
import {usualReach} from './reach.ts';
import {inspector} from './workloads/inspector.ts';

// What a process can do is asked of the process: the errors of system calls, what opens, what can be written.

scenario('shows from inside what it may do', {
  workload: inspector,
  reach: {docker: usualReach.docker, ctr: {isolated: usualReach.ctr.isolated}, runc: usualReach.runc},
  check: async (context) => {
    const {level, step, record, expect} = context;
    const init = await step('ask init', () => answersOfInit(context));
    await step('compare system calls and sockets with what the kernel answers', () => recordRefusals(context, init));
    await step('what may be opened and written', () => {
      for (const [path, answer] of [...answersTo('paths', init), ...answersTo('devices', init)]) {
        record(`isolation.access.${path}`, answer);
      }
      expect(init.get('paths./proc/sys/kernel/core_pattern')).toBe('read EROFS');
      // The spec that runc writes has no CAP_MKNOD.
      expect(init.get('devices.made.null')).toBe(level === 'runc' ? 'mknod EPERM' : 'opened');
      expect(init.get('devices.made.mem') ?? 'no answer').toMatch(/^(mknod )?EPERM$/);
      return Promise.resolve();
    });
    await step('its loopback', () => {
      expect(init.get('loopback.ipv4')).toBe('reached');
      record('reachability.loopback.ipv6', init.get('loopback.ipv6') ?? '');
      record('reachability.loopback.localhost', init.get('loopback.localhost') ?? '');
      return Promise.resolve();
    });
    const exec = await step('ask a process beside it', () => answersOfExec(context, ['process', 'settings']));
    expect(capabilitySets(exec)).toEqual(capabilitySets(init));
    expect(exec.get('process.Seccomp')).toBe(init.get('process.Seccomp'));
    expect(exec.get('process.NoNewPrivs')).toBe(level === 'docker' ? '0' : '1');
    recordProcess(context, exec);
    recordSettings(context, {init, exec});
    await step('open files until there are no more', async () => {
      const {soft} = openFileLimits(exec);
      const taken = (await answersOfExec(context, ['descriptors', '2048'])).get('taken.descriptors');
      // Three are open from its start.
      expect(taken).toBe(soft > 2048 + 3 ? 'all 2048' : `EMFILE after ${soft - 3}`);
    });
    const other = await step('ask as another user', () => answersOfExec(context, ['process'], {user: '1234:1234'}));
    const {bounding, ...own} = capabilitySets(other);
    // https://github.com/moby/moby/pull/46221: docker 24.0.5 got this wrong.
    expect(own).toEqual({inheritable: [], permitted: [], effective: [], ambient: []});
    expect(bounding).toEqual(capabilitySets(init).bounding);
    record('isolation.otherUser.groups', (other.get('process.Groups') ?? '').split(' '));
    record('lifecycle.otherUser.home', other.get('process.home') ?? '');
  },
});

scenario('shows what the filter of containerd refuses', {
  workload: {...inspector, options: {seccomp: true}},
  at: {ctr: ['isolated']},
  notAt: {docker: 'its filter is on unless it is told otherwise', runc: 'it has no filter of its own'},
  check: async (context) => {
    const init = await context.step('ask init', () => answersOfInit(context));
    context.expect(init.get('process.Seccomp')).toBe('2');
    await recordRefusals(context, init);
  },
});

/** Records what comes between a process and the kernel: an answer that the kernel itself would not have given. */
const recordRefusals = async ({machine, record, expect}: RunningContext, init: Answers): Promise<void> => {
  const kernel = await answersOfKernel(machine, ['calls', 'sockets']);
  for (const [question, area] of [
    ['calls', 'isolation.calls'],
    ['sockets', 'isolation.sockets'],
  ] as const) {
    for (const [name, answer] of answersTo(question, init)) {
      record(`${area}.${name}`, answer === kernel.get(`${question}.${name}`) ? 'as the kernel' : answer);
    }
  }
  const missing = answersTo('calls', kernel).filter(([, answer]) => answer === 'ENOSYS');
  record('isolation.kernel.missingCalls', missing.map(([name]) => name).toSorted());
  // EPERM would keep the C library from falling back to clone: https://github.com/moby/moby/pull/42681
  expect(init.get('calls.clone3')).not.toBe('EPERM');
};

/** Records what prctl(2) tells of processes, which nobody sees from outside. */
const recordSettings = ({record}: RunningContext, processes: Readonly<Record<'init' | 'exec', Answers>>): void => {
  for (const [who, answers] of Object.entries(processes)) {
    for (const [name, answer] of answersTo('settings', answers)) {
      record(`isolation.${who}.settings.${name}`, answer);
    }
  }
};

const recordProcess = ({record}: RunningContext, exec: Answers): void => {
  const {soft, hard} = openFileLimits(exec);
  record('limits.exec.openFiles.soft', soft);
  record('limits.exec.openFiles.hard', hard);
  record('isolation.exec.capabilities', capabilitySets(exec).effective);
  record('isolation.exec.label', exec.get('process.label') ?? '');
  record('isolation.exec.umask', exec.get('process.Umask') ?? '');
  record('lifecycle.exec.descriptors', exec.get('process.descriptors') ?? '');
  record('lifecycle.exec.path', exec.get('process.path') ?? '');
};
