/** An object that `ip -j` printed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads what a batch of `ip -j` prints: one list a command, each on a line. With nothing to say some versions print nothing. */
export const parseJsonLines = (text: string): JsonObject[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => JSON.parse(line) as JsonObject[])
    .filter((item) => Object.keys(item).length > 0);

/** A route or rule as a person would write it, without what changes by itself: whether the link has carrier, and how long it lives. */
export const routeSentence = ({
  flags: _flags,
  expires: _expires,
  pref: _pref,
  dst,
  type,
  ...rest
}: JsonObject): string =>
  [
    ...[type, dst].filter((part) => typeof part === 'string'),
    ...Object.entries(rest).map(
      ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  ].join(' ');
