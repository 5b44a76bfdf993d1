import type {Machine} from '../../vms/machine.ts';
import type {FactValue, Facts} from '../observe/fact.ts';
import {observeCell} from '../observe/observe-cell.ts';
import type {Workload} from '../scenario/workload.ts';
import {changeText} from '../compare/value-text.ts';
import type {StartedWorkload} from './running-workloads.ts';
import {bundleOf} from './workload-commands.ts';

/** A fact of a workload that survived, which is otherwise when the new versions start the same workload. */
export interface Inherited {
  readonly fact: string;
  /** As the survivor has it, and as a new one has it; absent where one of them does not have it. */
  readonly kept?: FactValue;
  readonly new?: FactValue;
  /** From the survivor to a new one, for a person. */
  readonly change: string;
}

/** Looks at a workload. Facts about the machine around it are left out: nobody looked at that before it was started. */
export const factsOf = async (
  machine: Machine,
  {workload, before}: StartedWorkload,
  definition: Workload,
  signal: AbortSignal,
): Promise<Facts> => {
  const {level, name, netns} = workload;
  const running = {pid: before.pid, name, bundle: await bundlePath(machine, workload), address: netns?.address};
  const network = level === 'docker' ? 'published' : 'netns';
  const {facts} = await observeCell({machine, running, workload: definition, level, network, reach: []}, {signal});
  return Object.fromEntries(Object.entries(facts).filter(([fact]) => !/^(?:machine|reach)\./.test(fact)));
};

const bundlePath = async (machine: Machine, {level, name}: StartedWorkload['workload']): Promise<string> => {
  const tasks = '/run/containerd/io.containerd.runtime.v2.task';
  switch (level) {
    case 'docker':
      return `${tasks}/moby/${(await machine.succeed(['docker', 'inspect', '--format', '{{.Id}}', name])).trim()}`;
    case 'ctr':
      return `${tasks}/default/${name}`;
    case 'runc':
      return bundleOf({name});
  }
};

/** What a workload that survived has otherwise than a new one, in alphabetical order. */
export const inheritedFacts = (survivor: Facts, fresh: Facts): Inherited[] =>
  [...new Set([...Object.keys(survivor), ...Object.keys(fresh)])]
    .toSorted()
    .filter((fact) => JSON.stringify(survivor[fact]) !== JSON.stringify(fresh[fact]))
    .map((fact) => inheritedFact(fact, survivor[fact], fresh[fact]));

const inheritedFact = (fact: string, kept: FactValue | undefined, fresh: FactValue | undefined): Inherited => {
  const kind = kept === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed';
  return {
    fact,
    ...(kept !== undefined && {kept}),
    ...(fresh !== undefined && {new: fresh}),
    change: changeText({kind, old: kept, new: fresh}),
  };
};
