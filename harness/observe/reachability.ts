import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';

/** From where the workload answered. */
export const reachability: Observer = {
  name: 'reachability',
  families: [
    {
      path: 'reach.*',
      meaning:
        'what a probe from a vantage got on a route: `answer 200`, where that breaks off why, or why it got none',
      source: 'the probes of the truth table',
    },
  ],
  observe: ({context: {reach}}) => {
    const facts: Record<string, FactValue> = {};
    for (const {route, vantage, seen} of reach) {
      facts[`reach.${route}.${vantage}`] =
        seen.kind === 'answer'
          ? `answer ${seen.status}${seen.brokenOff === undefined ? '' : `, broken off, ${reasonOf(seen.brokenOff)}`}`
          : `silent, ${reasonOf(seen.reason)}`;
    }
    return facts;
  },
  measure: ({context: {reach}}) =>
    Object.fromEntries(
      reach.flatMap(({route, vantage, seen}) =>
        seen.kind === 'answer'
          ? [[`firstByte.${route}.${vantage}`, {value: seen.firstByteMs, unit: 'ms' as const}]]
          : [],
      ),
    ),
};

/** How long was waited is worked out anew in each run. */
const reasonOf = (reason: string): string => reason.replace(/ within \d+ ms$/, '');
