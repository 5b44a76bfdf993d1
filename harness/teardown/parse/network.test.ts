import {expect, test} from 'vitest';
import {keyOf} from '../thing.ts';
import {parseNeighbour} from './network.ts';

const links = JSON.stringify([
  {ifname: 'lan0', flags: ['UP'], addr_info: [{local: '198.51.100.2', prefixlen: 24, scope: 'global'}]},
]);
const routes = JSON.stringify([{dst: 'default', gateway: '198.51.100.1', dev: 'lan0', flags: []}]);

test('what the neighbour has is told from what the machine has, and goes with its namespace', () => {
  const things = parseNeighbour(new Map([['neighbour', {problem: '', records: [[`${links}\n${routes}\n`]]}]]));
  expect(things.map(({partOf, ...thing}) => [keyOf(thing), partOf])).toEqual([
    ['link lan0 of the neighbour', 'network namespace /run/netns/neighbour'],
    ['address 198.51.100.2/24 dev lan0 scope global of the neighbour', 'link lan0 of the neighbour'],
    ['route default gateway 198.51.100.1 dev lan0 of the neighbour', 'link lan0 of the neighbour'],
  ]);
});

test('a machine without a neighbour has nothing of one', () => {
  expect(parseNeighbour(new Map())).toEqual([]);
});
