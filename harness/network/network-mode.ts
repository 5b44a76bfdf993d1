import type {CellRecord, RouteName, VantageName} from '../report/run-record.ts';

/** How a workload is reached. */
export type NetworkMode = CellRecord['network'];

/** One question of a truth table: does the workload answer to this vantage on this route? */
export interface ReachQuestion {
  readonly route: RouteName;
  readonly vantage: VantageName;
}

const OUTSIDE: readonly VantageName[] = ['harness', 'machine', 'neighbour'];

const questions = (...routes: RouteName[]): ReachQuestion[] =>
  routes.flatMap((route): ReachQuestion[] =>
    route === 'loopback' ? [{route, vantage: 'container' as const}] : OUTSIDE.map((vantage) => ({route, vantage})),
  );

/**
 * The questions that a truth table has to answer in each mode. An isolated workload has no address that anybody could try, so
 * what is tried is its port on the machine.
 */
export const QUESTIONS: Readonly<Record<NetworkMode, readonly ReachQuestion[]>> = {
  published: questions('port', 'address', 'loopback'),
  isolated: questions('port', 'loopback'),
  netns: questions('address', 'loopback'),
  cni: questions('address', 'loopback'),
  host: questions('port', 'loopback'),
};
