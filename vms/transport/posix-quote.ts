/**
 * A word that a POSIX shell takes for exactly this text, whatever is in it except NUL, which no argument can hold.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
 */
export const quoteWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A command line that a POSIX shell splits into exactly these words. */
export const quoteWords = (words: readonly string[]): string => words.map(quoteWord).join(' ');
