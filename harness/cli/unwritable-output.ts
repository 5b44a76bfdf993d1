/** Where the tool writes for who called it. */
export interface Output {
  readonly name: string;
  readonly stream: NodeJS.WritableStream & {readonly isTTY?: boolean};
}

/**
 * Tells once on `other` when `output` takes no more, with `tell` after it; nothing is thrown, and what is done goes on to its end. Where
 * only nobody reads any more there is nothing to tell.
 */
export const watchOutput = ({name, stream}: Output, other: NodeJS.WritableStream, tell: () => void): void => {
  let isTold = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (isTold || isUnread(error, stream)) return;
    isTold = true;
    other.write(`Cannot write to the ${name}: ${error.message}\n`);
    tell();
  });
};

/** Who reads a pipe has seen enough, as head(1) has; a terminal that was closed says EIO, and on a file that is a broken disk. */
const isUnread = ({code}: NodeJS.ErrnoException, {isTTY = false}: Output['stream']): boolean =>
  code === 'EPIPE' || (code === 'EIO' && isTTY);
