import {describe, expect, test} from 'vitest';
import {allowances, allowanceFor} from './allowances.ts';
import {compareInventories, isClean, residueFailure} from './residue.ts';
import type {Inventory, Thing} from './thing.ts';
import {keyOf, numberDuplicates} from './thing.ts';

const thing = (facts: Partial<Thing> & Pick<Thing, 'kind' | 'identity'>): Thing => ({
  owner: 'unknown',
  detail: `${facts.kind} "${facts.identity}"`,
  source: 'test',
  ...facts,
});
const inventory = (things: readonly Thing[], unread: Record<string, string> = {}): Inventory => ({
  things: numberDuplicates(things),
  unread: new Map(Object.entries(unread)),
});
const sentences = (before: Inventory, after: Inventory): string[] => {
  const {appeared, vanished} = compareInventories(before, after);
  return [...appeared, ...vanished].map(({sentence}) => sentence);
};

describe('comparison', () => {
  const sleeping = thing({
    kind: 'process',
    identity: 'sleep 9',
    detail: 'process 312 "sleep 9"',
    owner: 'containerd-shim-runc-v2',
  });

  test('an unchanged machine is clean', () => {
    expect(isClean(compareInventories(inventory([sleeping]), inventory([sleeping])))).toBe(true);
  });

  test('a second one of the same command is residue', () => {
    expect(
      sentences(inventory([sleeping]), inventory([sleeping, {...sleeping, detail: 'process 400 "sleep 9"'}])),
    ).toEqual(['process 400 "sleep 9" (started by containerd-shim-runc-v2), left running']);
  });

  test('what was destroyed is reported', () => {
    const volume = thing({kind: 'docker volume', identity: 'data', owner: 'dockerd'});
    expect(sentences(inventory([volume]), inventory([]))).toEqual(['docker volume "data" (of dockerd), gone']);
  });

  test('what a known defect left earlier may go, and nothing like it', () => {
    const [leaked, used] = ['a', 'b'].map((identity) => thing({kind: 'mount', identity})) as [Thing, Thing];
    const known = [{kind: 'mount', pattern: '[ab]', reason: 'a defect', link: 'https://example.com'}] as const;
    const left = compareInventories(inventory([used]), inventory([leaked, used]), known).known;
    expect(compareInventories(inventory([leaked, used]), inventory([]), known, left).vanished).toMatchObject([
      {identity: 'b'},
    ]);
  });

  test('what goes with something else that is reported is not', () => {
    const link = thing({kind: 'link', identity: 'v0 veth', owner: 'ip'});
    const route = thing({kind: 'route', identity: '10.0.0.0/8 dev v0', partOf: keyOf(link)});
    expect(sentences(inventory([]), inventory([link, route]))).toEqual(['link "v0 veth" (of ip), left behind']);
    expect(sentences(inventory([link]), inventory([link, route]))).toEqual(['route "10.0.0.0/8 dev v0", left behind']);
  });

  test('a daemon that fell silent is one finding, and what it held is not called gone', () => {
    const container = thing({kind: 'docker container', identity: 'a', source: 'docker containers'});
    const volume = thing({kind: 'docker volume', identity: 'a', source: 'docker volumes'});
    const silent = {'docker containers': 'Connection refused', 'docker volumes': 'Connection refused'};
    expect(sentences(inventory([container, volume]), inventory([], silent))).toEqual([
      'dockerd answered before and does not any more: Connection refused',
    ]);
    expect(sentences(inventory([], silent), inventory([container, volume]))).toEqual([]);
  });

  test('the failure names what differs', () => {
    const failure = residueFailure(compareInventories(inventory([]), inventory([sleeping])));
    expect(failure.failureClass).toBe('residue');
    expect(failure.message).toBe(
      'Cannot pass "teardown": the machine differs in 1 thing: process 312 "sleep 9" (started by containerd-shim-runc-v2), left running',
    );
  });
});

describe('allowances', () => {
  test('match whole identities', () => {
    expect(allowances.filter(({pattern}) => !pattern.source.startsWith('^') || !pattern.source.endsWith('$'))).toEqual(
      [],
    );
  });

  test.each([
    ['file', '/run/docker/netns/aeb92d8ff539 (file)'],
    ['cgroup', '/docker'],
    ['route', 'fe80::/64 dev docker0 protocol kernel metric 256'],
    ['route', 'multicast ff00::/8 dev docker0 table local protocol kernel metric 256'],
    ['firewall rule', 'ip raw chain PREROUTING policy ACCEPT'],
  ] as const)('cover the %s "%s"', (kind, identity) => {
    expect(allowanceFor('appeared', {kind, identity})).toBeDefined();
  });

  test.each([
    ['network namespace', '/run/docker/netns/aeb92d8ff539'],
    ['cgroup', '/docker/9d0ee0'],
    ['file', '/run/runc/r1 (folder)'],
    ['file', '/run/containerd/s/d25aa4 (socket)'],
    ['route', 'fe80::/64 dev veth026ee50 protocol kernel metric 256'],
    ['firewall rule', 'ip filter chain FORWARD policy DROP'],
    ['process', 'sleep 9'],
  ] as const)('do not cover the %s "%s"', (kind, identity) => {
    expect(allowanceFor('appeared', {kind, identity})).toBeUndefined();
  });
});
