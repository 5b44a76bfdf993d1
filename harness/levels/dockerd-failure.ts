import {PlumblineError} from '../../vms/errors.ts';

/** Asks dockerd for something; what it refuses, or that it does not answer at all, becomes the failure of `action`. */
export const askDockerd = async <Result>(
  action: string,
  ask: () => Promise<Result>,
  details: {readonly command?: readonly string[]; readonly expected?: string} = {},
): Promise<Result> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PlumblineError) {
      throw error;
    }
    const seen = stateOf(error);
    throw new PlumblineError('runtime', `Cannot ${action}: ${seen}`, {
      ...details,
      layer: 'dockerd',
      seen,
      cause: error,
    });
  }
};

/** What a client of dockerd's socket sees when nobody listens there, or whoever did has died. */
const SILENCE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE']);

const stateOf = (error: unknown): string => {
  const {code, json, message} = error as {code?: string; json?: {message?: string}; message?: string};
  if (code !== undefined && SILENCE.has(code)) {
    return `dockerd does not answer (${code})`;
  }
  return json?.message ?? message ?? String(error);
};
