import {open, stat} from 'node:fs/promises';
import {setTimeout} from 'node:timers/promises';
import {MachineError} from '../errors.ts';
import {findComplaint} from './console-patterns.ts';

const POLL_MS = 500;
/** A complaint is one line; it may be half written when it is looked for. */
const OVERLAP = 4096;

/** Reads what a console has printed since it was last asked. */
export class ConsoleWatch {
  readonly #file: string;
  #start: number;
  #seen: number;
  #found: MachineError | undefined;

  /** `start`: where to begin, in bytes; what comes before is never looked at. */
  constructor(file: string, start = 0) {
    this.#file = file;
    this.#start = start;
    this.#seen = start;
  }

  /** The error of class `guest` for what the kernel has complained about first; `undefined` when it has not. Costs one stat(2) when nothing was printed. */
  async complaint(): Promise<MachineError | undefined> {
    if (this.#found) return this.#found;
    const size = await stat(this.#file).then(
      (found) => found.size,
      () => 0,
    );
    if (size === this.#seen) return undefined;
    // Another file has taken its place, or another who asks at the same time has seen more of this one.
    if (size < this.#start) this.#start = 0;
    const from = size < this.#seen ? this.#start : Math.max(this.#start, this.#seen - OVERLAP);
    this.#seen = size;
    const finding = findComplaint(await readPart(this.#file, from, size));
    // Another who asks at the same time may have found it meanwhile.
    this.#found ??=
      finding &&
      new MachineError(`Cannot use the machine any more: its kernel says ${finding.kind}, ${finding.line}`, {
        layer: 'kernel',
        seen: finding.line,
      });
    return this.#found;
  }
}

/** A signal that aborts, with an error of class `guest`, as soon as the kernel complains; it looks twice a second until `signal` aborts. */
export const awaitConsoleComplaint = (watch: ConsoleWatch, signal: AbortSignal): AbortSignal => {
  const found = new AbortController();
  const look = async (): Promise<void> => {
    while (!signal.aborted) {
      const complaint = await watch.complaint();
      if (complaint) {
        found.abort(complaint);
        return;
      }
      await setTimeout(POLL_MS, undefined, {ref: false});
    }
  };
  void look();
  return found.signal;
};

/** What can't be read any more, as of a machine that was thrown away meanwhile, has no complaint in it. */
const readPart = async (file: string, start: number, end: number): Promise<string> => {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const {buffer, bytesRead} = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await handle.close();
  }
};
