import {stripVTControlCharacters} from 'node:util';

/**
 * A text from outside without what a terminal would obey or hide: escape sequences, control characters (C0, DEL, C1; line ends stay)
 * and the invisible characters that reorder text.
 */
export const plainText = (text: string): string => stripVTControlCharacters(text).replaceAll(OBEYED, '');

/** `Cc` is C0, DEL and C1; `Cf` holds the marks that reorder text or have no width. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}]/gv;
