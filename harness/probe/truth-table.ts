import type {NetworkMode} from '../network/network-mode.ts';
import {QUESTIONS} from '../network/network-mode.ts';
import type {ReachRecord, RouteName, VantageName} from '../report/run-record.ts';

/** Whether a workload answers to a vantage: the whole point of a truth table is that both are expected of it. */
export type Expectation = ReachRecord['expected'];

/** It must give the workload's answer. */
export const answers = 'answers' satisfies Expectation;
/** It must give no HTTP answer at all. */
export const silent = 'silent' satisfies Expectation;
/** What is seen is recorded, for comparisons, and not judged: versions differ in it. */
export const either = 'either' satisfies Expectation;

type Outside = Readonly<Record<'harness' | 'machine' | 'neighbour', Expectation>>;
type Inside = {readonly container: Expectation};

/** From where a workload must answer and from where it must not: each network mode has its questions, and all want an answer. */
export interface TruthTables {
  readonly published: {readonly port: Outside; readonly address: Outside; readonly loopback: Inside};
  readonly isolated: {readonly port: Outside; readonly loopback: Inside};
  readonly netns: {readonly address: Outside; readonly loopback: Inside};
  readonly cni: {readonly address: Outside; readonly loopback: Inside};
  readonly host: {readonly port: Outside; readonly loopback: Inside};
}

/** One row of a truth table. */
export interface TruthEntry {
  readonly route: RouteName;
  readonly vantage: VantageName;
  readonly expected: Expectation;
}

/**
 * Reads a truth table that came from a scenario file. Returns its entries, or the sentences of what is wrong with it:
 * holes, names that do not exist, values that are none of `answers`, `silent` and `either`.
 */
export const readTruthTable = (
  network: NetworkMode,
  table: unknown,
): {readonly entries: readonly TruthEntry[]; readonly problems: readonly string[]} => {
  if (table !== undefined && (typeof table !== 'object' || table === null)) {
    return {entries: [], problems: [`it is ${JSON.stringify(table)}, and must name routes and vantages`]};
  }
  const entries: TruthEntry[] = [];
  const problems: string[] = [];
  const known = new Set(QUESTIONS[network].map(({route, vantage}) => `${route}.${vantage}`));
  for (const {route, vantage} of QUESTIONS[network]) {
    const expected = (table as Partial<Record<string, Partial<Record<string, unknown>>>> | undefined)?.[route]?.[
      vantage
    ];
    if (expected === answers || expected === silent || expected === either) {
      entries.push({route, vantage, expected});
    } else {
      problems.push(
        expected === undefined
          ? `"${route}.${vantage}" has no entry`
          : `"${route}.${vantage}" is ${JSON.stringify(expected)}, and must be answers, silent or either`,
      );
    }
  }
  for (const [route, vantages] of Object.entries((table ?? {}) as Record<string, object | undefined>)) {
    for (const vantage of Object.keys(vantages ?? {})) {
      if (!known.has(`${route}.${vantage}`)) {
        problems.push(`"${route}.${vantage}" is not asked in network mode "${network}"`);
      }
    }
  }
  return {entries, problems};
};
