import {inetAddress, type Packet, PACKET_TYPES, TCP_FLAGS} from './packet.ts';

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const SLL2_HEADER = 20;
const IPV4 = 0x08_00;
const ARP = 0x08_06;
const TCP = 6;

/**
 * Reads a pcap file with link type LINUX_SLL2, as far as TCP over IPv4, ICMP and ARP go; a last packet that was cut off is left out.
 * https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html
 */
export const readPackets = (pcap: Buffer, interfaces: ReadonlyMap<number, string>): Packet[] => {
  const packets: Packet[] = [];
  for (let at = PCAP_HEADER; at + RECORD_HEADER <= pcap.length;) {
    const length = pcap.readUInt32LE(at + 8);
    const data = pcap.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
    if (data.length >= SLL2_HEADER && data.length === length) {
      const atMs = pcap.readUInt32LE(at) * 1000 + pcap.readUInt32LE(at + 4) / 1000;
      packets.push({
        atMs,
        link: interfaces.get(data.readUInt32BE(4)) ?? `interface ${data.readUInt32BE(4)}`,
        direction: PACKET_TYPES[data[10] ?? 0] ?? 'in',
        text: describe(data.readUInt16BE(0), data.subarray(SLL2_HEADER)),
      });
    }
    at += RECORD_HEADER + length;
  }
  return packets;
};

const describe = (protocol: number, payload: Buffer): string => {
  if (protocol === ARP && payload.length >= 28) {
    const [sender, target] = [inetAddress(payload, 14), inetAddress(payload, 24)];
    return payload.readUInt16BE(6) === 1 ? `ARP who has ${target}? asks ${sender}` : `ARP ${sender} is here`;
  }
  if (protocol !== IPV4 || payload.length < 20) {
    return `protocol 0x${protocol.toString(16).padStart(4, '0')}, ${payload.length} bytes`;
  }
  const [source, target] = [inetAddress(payload, 12), inetAddress(payload, 16)];
  const headerLength = ((payload[0] ?? 0) & 15) * 4;
  const inner = payload.subarray(headerLength);
  if (payload[9] === TCP && inner.length >= 20) {
    return tcp(source, target, inner, payload.readUInt16BE(2) - headerLength);
  }
  return payload[9] === 1 && inner.length >= 2
    ? `ICMP ${source} > ${target} type ${inner[0]} code ${inner[1]}`
    : `IP ${source} > ${target} protocol ${payload[9]}`;
};

/** `length`: of the whole segment, which may have been cut in the capture. */
const tcp = (source: string, target: string, segment: Buffer, length: number): string => {
  const flags = segment[13] ?? 0;
  const names = TCP_FLAGS.filter(([bit]) => flags & bit).map(([, name]) => name);
  const bytes = length - ((segment[12] ?? 0) >> 4) * 4;
  return `TCP ${source}:${segment.readUInt16BE(0)} > ${target}:${segment.readUInt16BE(2)} ${names.join('+')}${bytes > 0 ? `, ${bytes} bytes` : ''}`;
};
