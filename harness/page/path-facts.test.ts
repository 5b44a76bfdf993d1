import {expect, test} from 'vitest';
import type {ObservationRecord} from '../observe/observation-file.ts';
import {exampleCell, exampleReach} from '../report/example-run.ts';
import {pathOf} from './path-facts.ts';

const observed = (facts: ObservationRecord['facts'], measurements: ObservationRecord['measurements'] = {}) =>
  ({facts, measurements}) as ObservationRecord;
const shape = ({nodes}: ReturnType<typeof pathOf>) =>
  nodes.map(({title, lines, onTheWay}) => [title, ...lines, ...(onTheWay ? [] : ['not on the way'])]);

test('a published port leads over a rule, a bridge and a pair of links to the process', () => {
  const reach = [
    exampleReach({route: 'port', url: 'http://127.0.0.1:8080'}),
    exampleReach({route: 'address', url: 'http://172.17.0.2:80'}),
  ];
  const path = pathOf(
    exampleCell({reach}),
    observed(
      {
        'machine.links': ['veth{n} veth master docker0'],
        'machine.rules.ip.nat.DOCKER': [
          '! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination {address}:80',
        ],
        'namespaces.net': 'own',
        'network.links.eth0.addresses': ['{address}/16 global', 'fe80::{address}/64 link'],
        'network.links.eth0.kind': 'veth',
        'network.links.lo.kind': 'loopback',
        'network.listening': ['tcp 0.0.0.0:80'],
        'network.routes': ['default gateway 172.17.0.1 dev eth0'],
        'process.exe': '/usr/sbin/nginx',
        'process.tree': ['nginx uid 0'],
      },
      {'memory.docker-proxy': {value: 1, unit: 'bytes'}},
    ),
  );
  expect(shape(path)).toEqual([
    ['port 8080 of the machine', 'DNAT to 172.17.0.2:80', 'in ip nat DOCKER', 'docker-proxy listens too'],
    ['docker0', 'bridge', 'gateway 172.17.0.1'],
    ['veth…', 'veth, outer end'],
    ['eth0', 'veth, inner end', '172.17.0.2/16'],
    ['nginx', 'listens tcp 0.0.0.0:80', 'nginx uid 0'],
  ]);
  expect(path.nodes.map(({asked}) => asked.length)).toEqual([1, 0, 0, 1, 0]);
});

test('a port that nobody listens on is not on the way', () => {
  const seen = {kind: 'silent', reason: 'ECONNREFUSED'} as const;
  const reach = [exampleReach({route: 'port', url: 'http://127.0.0.1:80', expected: 'silent', seen})];
  const path = pathOf(exampleCell({reach}), observed({'namespaces.net': 'own', 'process.exe': '/usr/sbin/nginx'}));
  expect(shape(path)).toEqual([['port 80 of the machine', 'nobody listens', 'not on the way'], ['nginx']]);
});

test('without a network namespace of its own the process listens on the port itself', () => {
  const reach = [exampleReach({route: 'port', url: 'http://127.0.0.1:80'})];
  const path = pathOf(
    exampleCell({reach}),
    observed({'namespaces.net': 'shared', 'network.links.lan0.kind': 'veth', 'process.exe': '/usr/sbin/nginx'}),
  );
  expect(path.isOwnNetns).toBe(false);
  expect(shape(path)).toEqual([['port 80 of the machine', 'the process itself listens'], ['nginx']]);
});

test('without an observation the questions are still drawn', () => {
  const path = pathOf(
    exampleCell({reach: [exampleReach({held: false}), exampleReach({route: 'loopback'})]}),
    undefined,
  );
  expect(shape(path)).toEqual([['the workload']]);
  expect(path.nodes[0]?.asked).toHaveLength(2);
});
