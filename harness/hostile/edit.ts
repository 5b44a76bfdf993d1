/** One change of a text: so much of it goes at a place, and something hostile comes instead. Plain data, so that it can be shrunk. */
export interface Edit {
  /** Where, as a part of the text's length: from 0, its start, to 1, its end. */
  readonly at: number;
  /** How many characters go. */
  readonly removed: number;
  readonly inserted: string;
}

/** Makes the edits one after another. */
export const edited = (text: string, edits: readonly Edit[]): string => {
  let result = text;
  for (const {at, removed, inserted} of edits) {
    const start = Math.min(result.length, Math.floor(at * (result.length + 1)));
    result = result.slice(0, start) + inserted + result.slice(start + removed);
  }
  return result;
};

/** What has broken readers of text before: separators out of place, other types, other sizes, what a terminal, a page or a shell obeys. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  '\n',
  '\r\n',
  '\t',
  ' ',
  '\0',
  '\u001B[31m',
  '\u001B]0;title\u0007',
  '\u009B2J',
  '\u202E',
  '\uFEFF',
  '\uFFFD',
  '\uD800',
  '\u001C',
  '\u001E',
  '\u001F',
  '<script>alert(1)</script>',
  '$(touch /tmp/never)',
  '`id`',
  '../../../../etc/passwd',
  '/dev/zero',
  'file:///etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'true',
  '{}',
  '[]',
  '[[]]',
  '{',
  '}',
  ']',
  '"',
  "'",
  '\\',
  ':',
  ',',
  '-',
  '&a [*a]',
  '!!js/function "x"',
  '0',
  '-1',
  '1e999',
  '18446744073709551616',
  '0x7f',
  'NaN',
  'a'.repeat(5000),
  '['.repeat(3000),
  '9'.repeat(400),
];

/** Values of another type, size or meaning than a reader of JSON counts on. */
export const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e300,
  0.5,
  '',
  '\u001B[31m',
  '<img src=x onerror=alert(1)>',
  '../../../../etc/passwd',
  '__proto__',
  [],
  [null],
  {},
  {constructor: null},
  'a'.repeat(5000),
];

/** Puts another value into the place of one of a JSON text; `at` tells which, from 0, the whole text, to 1, the last one. Leaves other texts alone. */
export const withOtherValue = (text: string, at: number, value: unknown): string => {
  let count = 0;
  const walk = (place: number): string =>
    JSON.stringify(parsed, (_key, found: unknown) => {
      count += 1;
      return count - 1 === place ? value : found;
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text;
  }
  walk(-1);
  const place = Math.floor(at * (count - 1));
  count = 0;
  return walk(place);
};
