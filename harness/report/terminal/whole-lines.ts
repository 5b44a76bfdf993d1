/** Writes whole lines. */
export const writeLines = (stream: NodeJS.WritableStream, lines: readonly string[]): void => {
  if (lines.length > 0) {
    stream.write(`${lines.join('\n')}\n`);
  }
};
