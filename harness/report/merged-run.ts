import {UsageError} from '../../vms/errors.ts';
import {exitCodeOf} from './failure.ts';
import {planDigest} from './plan-digest.ts';
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
 * side. Throws {@link UsageError} when a part is missing, is there twice, is of another plan or another version of the tool, or ran with
 * another runtime, with images from elsewhere or in machines of another provider, and when the parts are not the plan together.
 */
export const mergeRuns = (runs: readonly NamedRun[], id: string): RunRecord => {
  const parts = runs.map(partOf);
  const [first] = parts;
  if (first === undefined) {
    throw new UsageError('Cannot merge runs: there are none');
  }
  for (const [position, part] of parts.entries()) {
    const name = runs[position]?.name ?? '';
    for (const other of parts.slice(0, position)) {
      refuseForeign(other, part, name);
      refuseTwice(other, part, name);
      refuseUnlike(other, part, name);
    }
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
  refuseOtherCells(inOrder);
  const failures = inOrder.flatMap((part) => part.failures);
  const cells = inOrder.flatMap((part) => part.cells);
  const [host = first.host, ...otherHosts] = new Map(
    inOrder.map((part) => [JSON.stringify(part.host), part.host]),
  ).values();
  const {shard: _shard, ...rest} = first;
  return {
    ...rest,
    id,
    host,
    ...(otherHosts.length > 0 && {otherHosts}),
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

const refuseForeign = (other: Part, part: Part, name: string): void => {
  const {count, plan} = part.shard;
  if (count !== other.shard.count) {
    throw new UsageError(
      `Cannot merge "${name}": it is a part of ${count}, and "${other.id}" is a part of ${other.shard.count}`,
    );
  }
  if (plan !== other.shard.plan) {
    throw new UsageError(
      `Cannot merge "${name}": it is a part of another plan, with other cells than that of "${other.id}"`,
    );
  }
  if (part.tool.version !== other.tool.version) {
    throw new UsageError(
      `Cannot merge "${name}": plumbline ${part.tool.version} made it, and ${other.tool.version} made "${other.id}"`,
    );
  }
};

const refuseTwice = (other: Part, {shard: {index, count}}: Part, name: string): void => {
  if (other.shard.index === index) {
    throw new UsageError(`Cannot merge "${name}": part ${index}/${count} is there already, as "${other.id}"`);
  }
};

/** Parts that knew other durations have shared the plan out otherwise: what one left to another was run by none, or by both. */
const refuseOtherCells = (parts: readonly Part[]): void => {
  const cells = parts.flatMap((part) => part.cells);
  if (planDigest(cells) === parts[0]?.shard.plan) {
    return;
  }
  const twice = cells.find(({name}, position) => cells.findIndex((cell) => cell.name === name) < position);
  const what = twice === undefined ? 'a cell of the plan is in none of the parts' : `"${twice.name}" is in two parts`;
  throw new UsageError(
    `Cannot merge runs: ${what}, since the baselines by which a plan is shared out were not the same for all: run every part again`,
  );
};

/** What judges the merged run and what replays its cells takes the options of one part for those of all. */
const refuseUnlike = (other: Part, part: Part, name: string): void => {
  // A program is the same one wherever its file lies.
  const known = [part, other].map(({options: {runc, runcDigest = runc, pull}}) => ({runc: runcDigest, pull}));
  for (const option of ['runc', 'pull'] as const) {
    const [ran, held] = known.map((options) => withOption(option, options[option]));
    if (ran !== held) {
      throw new UsageError(`Cannot merge "${name}": it ran ${ran}, and "${other.id}" ${held}`);
    }
  }
  const [ran, held] = [part, other].map(providerOf);
  // A part that got no machine says nothing of it.
  if (ran !== undefined && held !== undefined && ran !== held) {
    throw new UsageError(`Cannot merge "${name}": it ran in machines of "${ran}", and "${other.id}" of "${held}"`);
  }
};

const withOption = (option: string, value: unknown): string =>
  value === undefined ? `without --${option}` : `with --${option}${typeof value === 'string' ? ` "${value}"` : ''}`;

const providerOf = ({machines}: Part): string | undefined => {
  const provider = machines[0]?.traits['provider'];
  return typeof provider === 'string' ? provider : undefined;
};
