import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {CommandError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';
import type {Workload} from '../scenario/workload.ts';
import type {StartedWorkload} from './running-workloads.ts';
import {adoptedOf, inheritanceOf, readFacts} from './survivors.ts';
import {upgradeWorkloads} from './upgrade-workload.ts';
import type {WorkloadFate} from './workload-fate.ts';

const nginx = {image: {name: 'nginx'}, port: 80, publishedPort: 8080} as Workload;
const started = upgradeWorkloads(nginx, {liveRestore: true, restarted: []}).map(
  (workload) => ({workload, before: {pid: 7}}) as StartedWorkload,
);
const dockers = started.filter(({workload}) => workload.level === 'docker');

/** A machine whose commands fail, with what was asked of it; `failing` is what fails in another way. */
const refusing = (failing?: Error) => {
  const asked: string[] = [];
  const run = (argv: readonly string[]) => {
    asked.push(argv.join(' '));
    return {argv, exitCode: 1, signal: undefined, stdout: '', stderr: 'no such object', durationMs: 1};
  };
  const machine = {
    traits: {slowness: 1},
    exec: (argv: readonly string[]) => Promise.resolve(run(argv)),
    succeed: (argv: readonly string[]) => Promise.reject(failing ?? new CommandError(run(argv))),
  } as unknown as Machine;
  return {machine, asked};
};

const kept = new Map(started.map(({workload}) => [workload.name, {}]));

const contextWith = (machine: Machine, signal = new AbortController().signal) => ({machine, workload: nginx, signal});

test('one that the new version does not know is compared with nothing', () => {
  const fates = (['orphaned', 'adopted', 'new'] as const).map((fate) => ({parent: {fate}})) as WorkloadFate[];
  expect(adoptedOf(started, fates)).toEqual([started[1]]);
});

test('one that can not be looked at takes nothing from the others', async () => {
  const {known, problems} = await readFacts(dockers, contextWith(refusing().machine));
  expect(known.size).toBe(0);
  expect([...problems.keys()]).toEqual(['upgrade-docker-no', 'upgrade-docker-always']);
  expect(problems.get('upgrade-docker-no')).toMatch(/^Cannot run "docker inspect .*": exit code 1, no such object$/);
});

test('one that can not be started again is a problem, and leaves nothing behind', async () => {
  const {machine, asked} = refusing();
  const {known, problems} = await inheritanceOf(started, {kept, stubborn: new Map()}, contextWith(machine));
  expect(known.size).toBe(0);
  expect([...problems.values()].map((said) => /"(\w+ \w+)/.exec(said)?.[1])).toEqual([
    'docker run',
    'docker run',
    'ip netns',
    'ip netns',
  ]);
  expect(asked).toEqual(expect.arrayContaining(['docker rm --force --volumes upgrade-docker-no']));
});

test('one that can be started again and not removed is a problem, with what is known of it', async () => {
  const reading = await readFile(new URL('../observe/captured/bookworm-docker-published.txt', import.meta.url), 'utf8');
  const answers: Readonly<Record<string, string>> = {docker: 'running 269 0', sh: '269 (nginx) S 250', perl: reading};
  const machine = {
    traits: {slowness: 1},
    exec: (argv: readonly string[]) =>
      Promise.resolve(
        argv[1] === 'rm'
          ? {exitCode: 1, stdout: '', stderr: 'device or resource busy'}
          : {exitCode: 0, stdout: answers[argv[0] ?? ''] ?? '', stderr: ''},
      ),
    succeed: () => Promise.resolve('61afbe7c5eb3'),
  } as unknown as Machine;
  const {known, problems} = await inheritanceOf(dockers.slice(0, 1), {kept, stubborn: new Map()}, contextWith(machine));
  expect(known.get('upgrade-docker-no')).toContainEqual(expect.objectContaining({fact: 'process.cwd', new: '/'}));
  expect([...problems]).toEqual([['upgrade-docker-no', 'device or resource busy']]);
});

test('one that could not be removed is not started again', async () => {
  const {machine, asked} = refusing();
  const stubborn = new Map(dockers.map(({workload}) => [workload.name, 'device or resource busy']));
  const {problems} = await inheritanceOf(dockers, {kept, stubborn}, contextWith(machine));
  expect(problems.size).toBe(0);
  expect(asked.join()).not.toContain('docker');
});

test('what is no fault of a runtime, or told to end, is no problem of a workload', async () => {
  const mistake = new TypeError('undefined is not a function');
  await expect(readFacts(dockers, contextWith(refusing(mistake).machine))).rejects.toBe(mistake);
  await expect(readFacts(dockers, contextWith(refusing().machine, AbortSignal.abort()))).rejects.toThrow('Cannot run');
});
