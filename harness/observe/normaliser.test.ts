import {expect, test} from 'vitest';
import {normaliserOf} from './normaliser.ts';

const id = `0123456789ab${'c'.repeat(52)}`;
const normalise = normaliserOf({id, pid: 42, address: '10.88.0.2', machineHostname: 'box'});

test.each([
  [`/docker/${id}`, '/docker/{id}'],
  ['0123456789ab', '{id}'],
  ['10.88.0.2/32', '{address}/32'],
  ['10.88.0.25', '10.88.0.25'],
  ['110.88.0.2', '110.88.0.2'],
  ['10.88.0.2:80', '{address}:80'],
  ['/proc/42/ns/ipc', '/proc/{pid}/ns/ipc'],
  ['veth7d6ea7c5 veth master cni-plumbline', 'veth{n} veth master cni-plumbline'],
  ['veth-host', 'veth-host'],
  ['CNI-ec78c159df37400861bc7752', 'CNI-{hash}'],
  ['fe80::48c0:89ff:fe5d:483/64', 'fe80::{address}/64'],
  ['socket:[4711]', 'socket'],
  ['box', '{machine}'],
  ['/var/lib/box', '/var/lib/box'],
  ['/var/lib/docker/overlay2/l/QMCNUM6CGUBKTQ7RKR3K46OYLU', '/var/lib/docker/overlay2/l/{layer}'],
])('%s is %s', (text, expected) => {
  expect(normalise(text)).toBe(expected);
});
