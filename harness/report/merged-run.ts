import {UsageError} from '../../vms/errors.ts';
import {exitCodeOf} from './failure.ts';
import type {RunRecord} from './run-record.ts';

/** A run with the name that its user gave it. */
export interface NamedRun {
  readonly name: string;
  readonly record: RunRecord;
}

/** The record of a part, which says which part it is. */
type Part = RunRecord & {readonly shard: NonNullable<RunRecord['shard']>};

/**
 * Makes one record of the records of all parts of a plan, as if it had been one run; times stay those of the parts, which ran side by
 * side. Throws {@link UsageError} when a part is missing, is there twice, or is of another plan or another version of the tool.
 */
export const mergeRuns = (runs: readonly NamedRun[], id: string): RunRecord => {
  const parts = runs.map(partOf);
  const [first] = parts;
  if (first === undefined) {
    throw new UsageError('Cannot merge runs: there are none');
  }
  for (const [position, part] of parts.entries()) {
    const name = runs[position]?.name ?? '';
    refuseForeign(first, part, name);
    refuseTwice(parts.slice(0, position), part, name);
  }
  const missing = Array.from({length: first.shard.count}, (_, index) => index + 1).filter((index) =>
    parts.every(({shard}) => shard.index !== index),
  );
  if (missing.length > 0) {
    const names = missing.map((index) => `${index}/${first.shard.count}`).join(', ');
    throw new UsageError(
      `Cannot merge runs: of the plan ${missing.length === 1 ? 'part' : 'parts'} ${names} ${missing.length === 1 ? 'is' : 'are'} missing`,
    );
  }
  const inOrder = parts.toSorted((one, other) => one.shard.index - other.shard.index);
  const failures = inOrder.flatMap((part) => part.failures);
  const cells = inOrder.flatMap((part) => part.cells);
  const {shard: _shard, ...rest} = first;
  return {
    ...rest,
    id,
    startedAt: inOrder.map(({startedAt}) => startedAt).toSorted()[0] ?? first.startedAt,
    durationMs: Math.max(...inOrder.map(({durationMs}) => durationMs)),
    exitCode: exitCodeOf([...failures, ...cells.flatMap((cell) => cell.failures)]),
    failures,
    steps: inOrder.flatMap(({steps}) => steps),
    machines: inOrder.flatMap(({machines}) => machines),
    cells,
  };
};

const partOf = ({name, record}: NamedRun): Part => {
  const {shard} = record;
  if (shard === undefined || shard.count === 1) {
    throw new UsageError(`Cannot merge "${name}": it is a whole run, not a part that "--shard" made`);
  }
  return {...record, shard};
};

const refuseForeign = (first: Part, part: Part, name: string): void => {
  const {count, plan} = part.shard;
  if (count !== first.shard.count) {
    throw new UsageError(
      `Cannot merge "${name}": it is a part of ${count}, the first one is a part of ${first.shard.count}`,
    );
  }
  if (plan !== first.shard.plan) {
    throw new UsageError(
      `Cannot merge "${name}": it is a part of another plan, with other cells than that of "${first.id}"`,
    );
  }
  if (part.tool.version !== first.tool.version) {
    throw new UsageError(
      `Cannot merge "${name}": plumbline ${part.tool.version} made it, and ${first.tool.version} made "${first.id}"`,
    );
  }
};

const refuseTwice = (before: readonly Part[], {shard: {index, count}}: Part, name: string): void => {
  const other = before.find(({shard}) => shard.index === index);
  if (other !== undefined) {
    throw new UsageError(`Cannot merge "${name}": part ${index}/${count} is there already, as "${other.id}"`);
  }
};
