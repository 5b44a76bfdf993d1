import type {RunningContext} from '../harness/scenario/definition.ts';
import {scenario, walkthrough} from '../harness/scenario/scenario.ts';
import {Bundle} from './bundle.ts';
import {inspector} from './workloads/inspector.ts';

// Somebody kills what holds a container, behind the back of its runtime.

scenario('ends when its init is killed from outside', {
  workload: inspector,
  at: {docker: ['published'], ctr: ['isolated'], runc: ['netns']},
  check: async (context) => {
    const {machine, running, step, expect} = context;
    await step('kill its init', () => machine.succeed(['kill', '-KILL', String(running.pid)]));
    expect(await step('wait for its end', () => exitCodeOf(context))).toBe(137);
    expect(await running.state()).toBe('stopped');
  },
});

/** Sockets of shims, and pipes of clients. */
const SHIM_FOLDERS = ['/run/containerd/s', '/run/containerd/fifo'];

scenario('ends when its shim is killed', {
  workload: inspector,
  at: {docker: ['published'], ctr: ['isolated']},
  notAt: {runc: 'it has no shim'},
  check: async (context) => {
    const {machine, running, step, record, expect, eventually} = context;
    const parent = /^PPid:\s*(\d+)$/m.exec(await machine.succeed(['cat', `/proc/${running.pid}/status`]))?.[1] ?? '';
    expect(await machine.succeed(['cat', `/proc/${parent}/comm`])).toMatch(/^containerd-shim/);
    await step('kill its shim', () => machine.succeed(['kill', '-KILL', parent]));
    record('lifecycle.shimKilled.exitCode', await step('wait for its end', () => exitCodeOf(context)));
    // containerd finds out that the shim is gone and ends what it held.
    const isThere = async () => (await machine.exec(['test', '-d', `/proc/${running.pid}`])).exitCode === 0;
    await eventually(isThere, {withinMs: 20_000}).toBe(false);
    expect(await running.state()).toBe('stopped');
    await step('what nobody removes', async () => {
      const {stdout} = await machine.exec(['find', ...SHIM_FOLDERS, '-mindepth', '1', '-maxdepth', '1']);
      const left = stdout.split('\n').filter(Boolean);
      record('lifecycle.shimKilled.left', left.map((path) => path.replace(/[^/]+$/, '…')).toSorted());
      await machine.succeed(['rm', '-rf', ...left]);
    });
  },
});

const exitCodeOf = ({machine, running, signal}: RunningContext): Promise<number> =>
  running.waitForExit(AbortSignal.any([signal, AbortSignal.timeout(20_000 * machine.traits.slowness)]));

walkthrough('a runc in the foreground that is killed', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt: {docker: 'no runc waits for its containers, shims do', ctr: 'no runc waits for its containers, shims do'},
  steps: async (context) => {
    const {machine, runc, step, defer, expect, eventually} = context;
    const bundle = await Bundle.make(context);
    const name = 'plumbline-foreground';
    defer(() => machine.succeed([runc, 'delete', '--force', name]));
    await step('a signal that it gets is for its container', async () => {
      await bundle.write(['sh', '-c', 'trap "exit 7" USR1; echo ready; while :; do sleep 0.05; done']);
      const signalled =
        '"$1" run --bundle "$2" "$3" >"$2/log" & until grep -q ready "$2/log"; do sleep 0.05; done; kill -USR1 $!; wait $!';
      const {exitCode} = await machine.exec(['sh', '-c', signalled, 'sh', runc, bundle.folder, name]);
      expect(exitCode).toBe(7);
    });
    await bundle.write(['sleep', '60']);
    const inBackground = '"$1" run --bundle "$2" "$3" >"$2/log" 2>&1 & echo $!';
    const pid = await machine.succeed(['sh', '-c', inBackground, 'sh', runc, bundle.folder, name]);
    const status = async () => (await bundle.state(name))?.status;
    await eventually(status, {withinMs: 20_000}).toBe('running');
    await step('kill it', () => machine.succeed(['kill', '-KILL', pid.trim()]));
    await step('its container lives on, and can be ended', async () => {
      expect(await status()).toBe('running');
      await machine.succeed([runc, 'kill', name, 'KILL']);
      await eventually(status, {withinMs: 20_000}).toBe('stopped');
    });
  },
});
