import {PlumblineError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';
import type {Facts} from '../observe/fact.ts';
import {Steps} from '../scenario/steps.ts';
import type {Workload} from '../scenario/workload.ts';
import {factsOf, inheritedFacts, type Inherited} from './inheritance.ts';
import {removeWorkloads, startWorkloads, type StartedWorkload} from './running-workloads.ts';
import type {WorkloadFate} from './workload-fate.ts';

/** Where survivors are looked at. */
export interface SurvivorContext {
  readonly machine: Machine;
  readonly workload: Workload;
  readonly signal: AbortSignal;
}

/** What is known of each workload, by its name, and why nothing is of others. */
export interface ByWorkload<Value> {
  readonly known: ReadonlyMap<string, Value>;
  readonly problems: ReadonlyMap<string, string>;
}

/** The workloads whose process lives on, and that the new version knows by it; `fates` has that of each. Of others it can show nothing. */
export const adoptedOf = (
  started: readonly StartedWorkload[],
  fates: readonly WorkloadFate[],
): readonly StartedWorkload[] => started.filter((_, index) => fates[index]?.parent?.fate === 'adopted');

/** Looks at workloads. */
export const readFacts = (
  workloads: readonly StartedWorkload[],
  {machine, workload, signal}: SurvivorContext,
): Promise<ByWorkload<Facts>> => withEach(workloads, signal, (one) => factsOf(machine, one, workload, signal));

/**
 * Starts workloads that survived and were removed once more, with the new versions: what is otherwise then, the survivors had from the
 * old ones. `kept` is what they were like, and `stubborn` names those that could not be removed: they have their names and links still.
 */
export const inheritanceOf = async (
  adopted: readonly StartedWorkload[],
  {kept, stubborn}: {readonly kept: ReadonlyMap<string, Facts>; readonly stubborn: ReadonlyMap<string, string>},
  context: SurvivorContext,
): Promise<ByWorkload<Inherited[]>> => {
  const survivors = adopted.filter(({workload: {name}}) => kept.has(name) && !stubborn.has(name));
  const quiet = new Steps('', 0, () => undefined);
  const started = await withEach(survivors, context.signal, ({workload}) =>
    startWorkloads([workload], {...context, steps: quiet}),
  );
  const fresh = await readFacts([...started.known.values()].flat(), context);
  const remaining = await removeWorkloads(
    context.machine,
    survivors.map(({workload}) => workload),
  );
  return {
    known: new Map([...fresh.known].map(([name, facts]) => [name, inheritedFacts(kept.get(name) ?? {}, facts)])),
    // Of one that did not start, or could not be looked at, that is what is wrong.
    problems: new Map([
      ...started.problems,
      ...fresh.problems,
      ...[...remaining].filter(([name]) => fresh.known.has(name)),
    ]),
  };
};

/** That a runtime refuses something is what came of the upgrade: it takes nothing from what else is known of that. */
const withEach = async <Value>(
  workloads: readonly StartedWorkload[],
  signal: AbortSignal,
  body: (one: StartedWorkload) => Promise<Value>,
): Promise<ByWorkload<Value>> => {
  const known = new Map<string, Value>();
  const problems = new Map<string, string>();
  for (const one of workloads) {
    try {
      known.set(one.workload.name, await body(one));
    } catch (error) {
      if (!(error instanceof PlumblineError) || signal.aborted) {
        throw error;
      }
      problems.set(one.workload.name, error.message);
    }
  }
  return {known, problems};
};
