/** Something whose time is taken. */
export interface Entrant {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * Lets entrants run one after another, round by round, and returns the milliseconds of each round by name. Each round begins with another
 * of them, so that nobody always runs on a warm cache, or just when the host does something else. The first round warms up and does not
 * count.
 */
export const compete = async (entrants: readonly Entrant[], rounds: number): Promise<ReadonlyMap<string, number[]>> => {
  const times = new Map(entrants.map(({name}) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % entrants.length;
    for (const {name, run} of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      const begin = performance.now();
      await run();
      if (round > 0) {
        times.get(name)?.push(performance.now() - begin);
      }
    }
  }
  return times;
};
