import {PlumblineError} from '../../vms/errors.ts';
import type {Target} from './target.ts';

/** Longer than any machine needs, loaded or not, for an input of these sizes; a reader that hangs never comes back anyway. */
const DEADLINE_MS = 5000;
/** A sentence that quotes some input has to stay one that a person reads. */
const LONGEST_SENTENCE = 4000;

/**
 * Hands an input to a reader. Returns `undefined` when that took it or refused it with an error of the tool, whose text is fit for a
 * terminal; otherwise what it did instead, in words.
 */
export const misbehaviour = async ({read}: Target, input: string): Promise<string | undefined> => {
  const begin = performance.now();
  const problem = await problemOf(read, input);
  const tookMs = performance.now() - begin;
  return problem ?? (tookMs > DEADLINE_MS ? `took ${Math.round(tookMs)} ms` : undefined);
};

const problemOf = async (read: Target['read'], input: string): Promise<string | undefined> => {
  const before = inherited();
  try {
    await read(input);
  } catch (error) {
    if (!(error instanceof PlumblineError)) {
      return `threw ${error instanceof Error ? error.stack : String(error)}`;
    }
    if (CONTROL.test(error.message)) {
      return `put control characters into its sentence: ${JSON.stringify(error.message.slice(0, 300))}`;
    }
    return error.message.length > LONGEST_SENTENCE
      ? `wrote a sentence of ${error.message.length} characters`
      : undefined;
  }
  return inherited() === before ? undefined : 'changed what all objects inherit from';
};

const inherited = (): string => Object.getOwnPropertyNames(Object.prototype).join(' ');

// Line ends are for sentences one below the other.
const CONTROL = /(?!\n)\p{Cc}/v;
