import {execFileSync} from 'node:child_process';
import {array, assert, constantFrom, oneof, property, string} from 'fast-check';
import {expect, test} from 'vitest';
import {quoteWord, quoteWords} from './posix-quote.ts';

/** What a POSIX shell makes of a line: its words, each ended by NUL. */
const wordsOf = (line: string): readonly string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], {maxBuffer: 10_000_000})
    .toString()
    .split('\0')
    .slice(0, -1);

test.for([
  ['plain', "'plain'"],
  ['', "''"],
  ["it's", String.raw`'it'\''s'`],
  ["'", String.raw`''\'''`],
  ['$HOME `id` \\ "x" *', '\'$HOME `id` \\ "x" *\''],
] as const)('%j is quoted as %s', ([text, quoted]) => {
  expect(quoteWord(text)).toBe(quoted);
});

/** Any text without NUL; lone surrogates have no UTF-8. */
const word = string({unit: 'binary', maxLength: 40}).map((text) => text.toWellFormed().replaceAll('\0', ''));
const nasty = array(
  constantFrom("'", '"', '\\', '\n', ' ', '*', '$', '`', '!', '~', '#', '-', '=', '\t', 'é', '𝄞'),
).map((parts) => parts.join(''));

test('a shell takes quoted words for what they were', {timeout: 60_000}, () => {
  assert(
    property(array(oneof(word, nasty), {minLength: 1, maxLength: 20}), (words) => {
      expect(wordsOf(quoteWords(words))).toEqual(words);
    }),
    {numRuns: 150},
  );
});

test('a long word arrives whole', () => {
  const long = 'x \n*'.repeat(25_000);
  expect(wordsOf(quoteWord(long))).toEqual([long]);
});
