/** What the promise comes to, unless the signal is aborted first: then rejects with its reason, and nobody waits any longer. */
export const unlessAborted = async <Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> => {
  promise.catch(() => undefined); // It may fail when nobody listens any more.
  signal.throwIfAborted();
  const {promise: aborted, reject} = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, {once: true});
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};
