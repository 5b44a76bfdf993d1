import {plainText} from '../../../vms/plain-text.ts';

/** Longest string from outside that is shown on one line, in characters. */
const LONGEST = 400;

/**
 * A string from a workload or a command as one harmless line: without escape sequences, control characters (C0, DEL, C1)
 * and the invisible characters that reorder text, with white space collapsed, cut to `longest` characters.
 */
export function printable(text: string, longest: number = LONGEST): string {
  const line = plainText(text.replaceAll(/\s+/gv, ' ')).trim();
  return cut(line, longest);
}

/** The text, or as much of it as fits with an ellipsis at the end. */
export function cut(text: string, longest: number): string {
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, Math.max(0, longest - 1)).join('')}…`;
}
