import {styleText} from 'node:util';

/** The few things that are set apart by colour; their meaning never rests on colour alone. */
export type Tone = 'good' | 'bad' | 'warning' | 'quiet' | 'strong';

/** Colours a text, or returns it as it is where colours are off. */
export type Paint = (tone: Tone, text: string) => string;

/**
 * Colours for a stream. Without `colour` the stream decides: a terminal is coloured unless `NO_COLOR` is set,
 * anything else only when `FORCE_COLOR` is (https://nodejs.org/api/util.html#utilstyletextformat-text-options).
 */
export function createPaint(stream: NodeJS.WritableStream, colour?: boolean): Paint {
  if (colour === false) return plainPaint;
  const options = {stream, validateStream: colour === undefined};
  return (tone, text) => styleText(FORMATS[tone], text, options);
}

/** No colours. */
export const plainPaint: Paint = (_tone, text) => text;

const FORMATS = {good: 'green', bad: 'red', warning: 'yellow', quiet: 'dim', strong: 'bold'} as const;
