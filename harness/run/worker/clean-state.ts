import type {Machine} from '../../../vms/machine.ts';
import type {KnownResidue} from '../../../vms/runtimes/runtime-set.ts';
import type {Level, LevelContext} from '../../levels/level.ts';
import {addNeighbour} from '../../network/neighbour.ts';
import {takeInventory} from '../../teardown/inventory.ts';
import {isClean, residueFailure, type Finding} from '../../teardown/residue.ts';
import {waitForNoResidue} from '../../teardown/residue-wait.ts';
import type {Inventory} from '../../teardown/thing.ts';

const RESIDUE_DEADLINE_MS = 15_000;

/** What is known of a machine by this worker. */
interface Known {
  readonly prepared: Set<string>;
  /** What it holds between cells; unknown after something was added on purpose. */
  state: Inventory | undefined;
}

const machines = new Map<string, Known>();

/**
 * Gives a machine what a cell at `level` needs (its neighbour, the image in the level's store), once, and returns what the machine
 * holds then: what it has to hold again after the cell.
 */
export const cleanState = async (context: LevelContext, level: Level): Promise<Inventory> => {
  const {machine, workload, steps, signal} = context;
  const {id} = machine.reference;
  let known = machines.get(id);
  if (known === undefined) {
    // A worker that was started anew, or another one, may have been here before.
    known = {prepared: new Set(), state: undefined};
    machines.set(id, known);
    await steps.step('add a neighbour to the machine', () => addNeighbour(machine));
  }
  const preparation = `${level.name} ${workload.image.name}`;
  if (!known.prepared.has(preparation)) {
    await level.prepare(context);
    known.prepared.add(preparation);
    known.state = undefined;
  }
  known.state ??= await steps.step('list what the machine holds', () => takeInventory(machine, {signal}));
  return known.state;
};

/**
 * Throws the failure of class `residue` when the machine does not come to hold what it held before. Returns what was left through a
 * known defect of the versions under test.
 */
export const expectNoResidue = async (
  machine: Machine,
  before: Inventory,
  knownResidue: readonly KnownResidue[],
): Promise<readonly Finding[]> => {
  const residue = await waitForNoResidue(machine, before, {
    deadlineMs: RESIDUE_DEADLINE_MS,
    signal: AbortSignal.timeout(10 * RESIDUE_DEADLINE_MS * machine.traits.slowness),
    knownResidue,
  });
  if (!isClean(residue)) {
    throw residueFailure(residue);
  }
  const known = machines.get(machine.reference.id);
  if (known !== undefined && residue.known.length > 0) {
    known.state = undefined;
  }
  return residue.known;
};
