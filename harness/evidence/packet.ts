/** A packet, as far as it explains a failure. */
export interface Packet {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly link: string;
  readonly direction: 'in' | 'broadcast' | 'multicast' | 'other host' | 'out';
  /** For instance `TCP 192.0.2.1:40000 > 172.17.0.2:80 SYN`. */
  readonly text: string;
}

/** `sll_pkttype` of packet(7), by its number in linux/if_packet.h. */
export const PACKET_TYPES: readonly Packet['direction'][] = ['in', 'broadcast', 'multicast', 'other host', 'out'];

/** Flags of a TCP segment that are worth a word, RFC 9293. */
export const TCP_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x02, 'SYN'],
  [0x10, 'ACK'],
  [0x08, 'PSH'],
  [0x01, 'FIN'],
  [0x04, 'RST'],
];

/** The IPv4 address at an offset. */
export const inetAddress = (bytes: Buffer, at: number): string => bytes.subarray(at, at + 4).join('.');
