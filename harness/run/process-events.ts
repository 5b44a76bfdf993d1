/** What a run answers to by itself: it tears down first. */
const OWN = new Set<string | symbol>(['SIGINT', 'SIGTERM', 'unhandledRejection', 'uncaughtException']);

/**
 * Runs `load`, and takes away whatever begins to listen to a run's own business meanwhile: on a signal Vitest ends the process at
 * once, with nothing torn down.
 */
export const keepProcessEvents = async <Result>(load: () => Promise<Result>): Promise<Result> => {
  const refuse = (name: string | symbol, listener: () => void): void => {
    if (OWN.has(name)) {
      queueMicrotask(() => process.off(name, listener)); // It is told of before it is added.
    }
  };
  process.on('newListener', refuse);
  try {
    return await load();
  } finally {
    process.off('newListener', refuse);
  }
};
