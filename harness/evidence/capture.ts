import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {readFile} from 'node:fs/promises';
import {setTimeout} from 'node:timers/promises';
import type {Machine} from '../../vms/machine.ts';

/** The packets of a machine's network namespace during an action. */
export interface Capture {
  /** A pcap file with link type LINUX_SLL2. */
  readonly pcap: Buffer;
  /** Names of the machine's links, by index. */
  readonly interfaces: ReadonlyMap<number, string>;
  /** What `iptables-save --counters` printed before. */
  readonly iptablesBefore: string;
}

/** The capture ends by itself after so many seconds, whatever becomes of the one who asked for it. */
const LONGEST_S = 10;
const READY_MS = 2000;
/** Packets that were sent are in the socket by then. */
const SETTLE_MS = 20;

/** Captures what passes while `action` goes on. Resolves with `undefined` when the machine can not capture, and `action` was not run, or not all of it came. */
export const captureDuring = async (machine: Machine, action: () => Promise<unknown>): Promise<Capture | undefined> => {
  const {slowness} = machine.traits;
  const program = await readFile(new URL('guest/capture.pl', import.meta.url), 'utf8');
  const command = machine.spawn(['perl', '-e', program, String(Math.ceil(LONGEST_S * slowness))]);
  command.stderr.resume();
  command.stream.on('error', () => undefined); // The machine may be dying; what was captured is lost then.
  const lines: string[] = [];
  const reader = createInterface({input: command.stream});
  const ready = Promise.withResolvers<boolean>();
  reader.on('line', (line) => {
    lines.push(line);
    if (line === 'ready') {
      ready.resolve(true);
    }
  });
  const closed = once(reader, 'close').then(() => ready.resolve(false));
  try {
    const isReady = await Promise.race([ready.promise, setTimeout(READY_MS * slowness, false, {ref: false})]);
    if (!isReady) {
      return undefined;
    }
    await action();
    await setTimeout(SETTLE_MS);
    command.stream.write('end\n');
    await Promise.race([closed, setTimeout(READY_MS * slowness, undefined, {ref: false})]);
    return parseCapture(lines);
  } finally {
    command.kill();
    command.stream.destroy();
  }
};

/** Reads the lines that the capture printed; `undefined` when they are not whole. */
export const parseCapture = (lines: readonly string[]): Capture | undefined => {
  const ready = lines.indexOf('ready');
  const hex = lines[ready + 1];
  if (ready === -1 || hex === undefined || lines.at(-1) !== 'end') {
    return undefined;
  }
  const interfaces = lines.slice(ready + 2).flatMap((line): [number, string][] => {
    const [, index, name] = /^interface (\d+) (\S+)$/.exec(line) ?? [];
    return index === undefined || name === undefined ? [] : [[Number(index), name]];
  });
  return {
    pcap: Buffer.from(hex, 'hex'),
    interfaces: new Map(interfaces),
    iptablesBefore: lines.slice(0, ready).join('\n'),
  };
};
