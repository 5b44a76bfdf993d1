import {Transform, type TransformCallback} from 'node:stream';
import {trailerMark, type RemoteCommand} from './remote-command.ts';

/** Standard error of a remote command as it comes, without what its shell says of a signal at the end. */
export class RemoteStderr extends Transform {
  readonly #mark: Buffer;
  /** What may be the begin of the mark: a piece may end anywhere. */
  #held: Buffer = Buffer.alloc(0);
  #trailer = '';

  constructor(command: Pick<RemoteCommand, 'token'>) {
    super();
    this.#mark = Buffer.from(trailerMark(command));
  }

  /** What the shell has said, for `remoteEnd`; empty when it has said nothing. */
  get trailer(): string {
    return this.#trailer;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#trailer !== '') {
      this.#trailer += chunk.toString();
      done();
      return;
    }
    const text = Buffer.concat([this.#held, chunk]);
    const found = text.indexOf(this.#mark);
    if (found >= 0) this.#trailer = text.subarray(found).toString();
    const end = found >= 0 ? found : text.length - overlap(text, this.#mark);
    this.#held = found >= 0 ? Buffer.alloc(0) : text.subarray(end);
    done(null, text.subarray(0, end));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#held);
  }
}

/** How many bytes at the end of a text are those that the mark begins with. */
const overlap = (text: Buffer, mark: Buffer): number => {
  for (let length = Math.min(text.length, mark.length); length > 0; length -= 1) {
    if (text.subarray(-length).equals(mark.subarray(0, length))) return length;
  }
  return 0;
};
