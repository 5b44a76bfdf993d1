import {expect, test} from 'vitest';
import {parseCapture} from './capture.ts';
import {readPackets} from './packets.ts';

/** A packet as capture.pl writes it: the header of LINUX_SLL2 and what follows. */
const record = (protocol: number, type: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(36);
  header.writeUInt32LE(1_700_000_000, 0);
  header.writeUInt32LE(500_000, 4);
  header.writeUInt32LE(20 + payload.length, 8);
  header.writeUInt32LE(20 + payload.length, 12);
  header.writeUInt16BE(protocol, 16);
  header.writeUInt32BE(2, 20);
  header[26] = type;
  return Buffer.concat([header, payload]);
};

const syn = Buffer.from(
  '4500003c000040004006000 0c0000201c0000202'.replaceAll(' ', '') +
    'dfd41f90' +
    '00000000'.repeat(2) +
    'a002ffff' +
    '00000000' +
    '00'.repeat(20),
  'hex',
);
const arp = Buffer.from('0001080006040001' + '02'.repeat(6) + 'c0a80a02' + '00'.repeat(6) + 'c0a80a01', 'hex');
const pcap = Buffer.concat([Buffer.alloc(24), record(0x0800, 0, syn), record(0x0806, 4, arp)]);
const links = new Map([[2, 'eth0']]);

test('a SYN and a question for an address, with the link they passed', () => {
  expect(readPackets(pcap, links)).toEqual([
    {atMs: 1_700_000_000_500, link: 'eth0', direction: 'in', text: 'TCP 192.0.2.1:57300 > 192.0.2.2:8080 SYN'},
    {atMs: 1_700_000_000_500, link: 'eth0', direction: 'out', text: 'ARP who has 192.168.10.1? asks 192.168.10.2'},
  ]);
});

test('a capture that was cut off has the packets before', () => {
  for (let length = 0; length < pcap.length; length += 1) {
    expect(readPackets(pcap.subarray(0, length), links).length).toBeLessThan(2);
  }
  expect(readPackets(pcap.subarray(0, -1), links)).toHaveLength(1);
});

test('the lines of a capture, and those of one that did not end', () => {
  const lines = ['*nat', 'ready', pcap.toString('hex'), 'interface 2 eth0', 'end'];
  expect(parseCapture(lines)).toEqual({pcap, interfaces: links, iptablesBefore: '*nat'});
  expect(parseCapture(lines.slice(0, -1))).toBeUndefined();
  expect(parseCapture([])).toBeUndefined();
});
