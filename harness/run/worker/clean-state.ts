import {MachineError} from '../../../vms/errors.ts';
import type {Machine} from '../../../vms/machine.ts';
import type {KnownResidue} from '../../../vms/runtimes/runtime-set.ts';
import {takeInventory} from '../../teardown/inventory.ts';
import {isClean, residueFailure, type Finding} from '../../teardown/residue.ts';
import {waitForNoResidue} from '../../teardown/residue-wait.ts';
import type {Inventory} from '../../teardown/thing.ts';

const RESIDUE_DEADLINE_MS = 15_000;
/** What a failure leaves follows from it, and its machine goes anyway: there is less to be learned from waiting. */
const AFTER_FAILURE_MS = 2000;

/** What each machine holds between cells, by {@link stateOf}, as long as this worker knows. */
const states = new Map<string, Inventory>();

/** What cells have left on each machine through known defects, by {@link stateOf}. */
const knownlyLeft = new Map<string, readonly Finding[]>();

/**
 * What a machine holds now, before a cell: what it has to hold again after it. Throws {@link MachineError} when a part of it can not be
 * read: what is not known before says nothing after.
 */
export const stateBefore = async (machine: Machine, signal: AbortSignal): Promise<Inventory> => {
  const id = stateOf(machine);
  // A cell that left nothing left the machine as it was.
  const known = states.get(id);
  if (known !== undefined) return known;
  const state = await takeInventory(machine, {signal});
  if (state.unread.size > 0) {
    const problems = [...state.unread].map(([section, problem]) => `${section} (${problem})`);
    throw new MachineError(`Cannot list what "${machine.reference.id}" holds before the cell: ${problems.join(', ')}`, {
      expected: 'an answer of all daemons and tools',
      seen: problems.join(', '),
    });
  }
  states.set(id, state);
  return state;
};

/**
 * Throws the failure of class `residue` when the machine does not come to hold what it held before. Returns what was left through a
 * known defect of the versions under test.
 */
export const expectNoResidue = async (
  machine: Machine,
  before: Inventory,
  {knownResidue, hasFailed}: {readonly knownResidue: readonly KnownResidue[]; readonly hasFailed: boolean},
): Promise<readonly Finding[]> => {
  const signal = AbortSignal.timeout(10 * RESIDUE_DEADLINE_MS * machine.traits.slowness);
  const deadlineMs = hasFailed ? AFTER_FAILURE_MS : RESIDUE_DEADLINE_MS;
  const id = stateOf(machine);
  const leftBefore = knownlyLeft.get(id) ?? [];
  const residue = await waitForNoResidue(machine, before, {deadlineMs, signal, knownResidue, leftBefore});
  if (!isClean(residue)) {
    throw residueFailure(residue);
  }
  knownlyLeft.set(id, [...leftBefore, ...residue.known]);
  if (residue.known.length > 0) {
    states.delete(id);
  }
  return residue.known;
};

/** A machine that was restored is another one, as far as what it holds is concerned. */
const stateOf = ({reference: {id, restores = 0}}: Machine): string => `${id} ${restores}`;
