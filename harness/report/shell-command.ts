/**
 * The argument vector as one line that a shell reads back as the same vector, safe to print on a terminal:
 * control characters are written as escapes in `$'…'`, which bash, zsh and POSIX.1-2024 read
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_04).
 */
export function shellCommand(argv: readonly string[]): string {
  return argv.map((argument) => quoted(argument)).join(' ');
}

const quoted = (argument: string): string => {
  if (SAFE.test(argument)) return argument;
  if (!INVISIBLE.test(argument)) return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = argument.replaceAll(/['\\]/gv, String.raw`\$&`).replaceAll(new RegExp(INVISIBLE, 'gv'), octal);
  return `$'${escaped}'`;
};

const octal = (character: string): string =>
  Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');

/** Characters with no meaning to a shell, wherever they stand in a word. */
const SAFE = /^[\w@%+:,.\/\-][\w@%+=:,.\/\-]*$/v;
const INVISIBLE = /[\p{Cc}\p{Cf}]/v;
