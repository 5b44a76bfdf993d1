/** What a run answers to by itself: it tears down first. */
const OWN = ['SIGINT', 'SIGTERM', 'unhandledRejection', 'uncaughtException'] as const;

/** Runs `load` and takes away whatever it came to listen to of a run's own business: Vitest ends the process at once on a signal. */
export const keepProcessEvents = async <Result>(load: () => Promise<Result>): Promise<Result> => {
  const before = new Map(OWN.map((name) => [name, new Set(process.listeners(name as NodeJS.Signals))]));
  const result = await load();
  for (const [name, known] of before) {
    for (const listener of process.listeners(name as NodeJS.Signals)) {
      if (!known.has(listener)) {
        process.off(name, listener);
      }
    }
  }
  return result;
};
