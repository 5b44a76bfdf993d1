import {PlumblineError} from '../../vms/errors.ts';
import type {FactValue, Rate} from './fact.ts';
import {withoutNames} from './normaliser.ts';

/** What facts of scenarios can be about: the first part of their path, and the group in which `compare` shows them. */
export const recordedAreas = ['reachability', 'isolation', 'limits', 'lifecycle', 'surface', 'resources'] as const;

/** Path of a fact that a scenario records, for instance `lifecycle.volumePrune.namedVolume`. */
export type RecordedPath = `${(typeof recordedAreas)[number]}.${string}`;

/**
 * What the body of a scenario found out. Whatever no two runs share (ids, MACs, names of veth ends) is replaced by words in braces, as
 * observers do.
 */
export class RecordedFacts {
  readonly #facts = new Map<string, FactValue>();
  readonly #rates = new Map<string, Rate>();

  /** Facts by path. */
  get facts(): Readonly<Record<string, FactValue>> {
    return Object.fromEntries(this.#facts);
  }

  /** Rates by path. */
  get rates(): Readonly<Record<string, Rate>> {
    return Object.fromEntries(this.#rates);
  }

  /** Records a fact that is the same in every run of the same versions. */
  record(path: RecordedPath, value: FactValue): void {
    refuseTaken(path, this.#facts.has(path) || this.#rates.has(path));
    refuseOtherArea(path);
    this.#facts.set(path, normalised(value));
  }

  /** Records how often something happened that depends on who is faster; said of one path again, it is added up. */
  tally(path: RecordedPath, hits: number, of: number): void {
    refuseTaken(path, this.#facts.has(path));
    refuseOtherArea(path);
    if (!Number.isInteger(hits) || !Number.isInteger(of) || hits < 0 || of < 1 || hits > of) {
      throw new PlumblineError('usage', `Cannot record the rate "${path}": ${hits} of ${of} is no proportion`);
    }
    const before = this.#rates.get(path) ?? {hits: 0, of: 0};
    this.#rates.set(path, {hits: before.hits + hits, of: before.of + of});
  }
}

const refuseTaken = (path: string, isTaken: boolean): void => {
  if (isTaken) {
    throw new PlumblineError('usage', `Cannot record "${path}" twice: a cell has one value of each fact`);
  }
};

const refuseOtherArea = (path: string): void => {
  if (!recordedAreas.some((area) => path.startsWith(`${area}.`) && path.length > area.length + 1)) {
    throw new PlumblineError(
      'usage',
      `Cannot record "${path}": its path has to begin with one of ${recordedAreas.join(', ')} and a dot`,
    );
  }
};

const normalised = (value: FactValue): FactValue => {
  if (typeof value === 'string') {
    return withoutNames(value);
  }
  return Array.isArray(value) ? value.map((item: string) => withoutNames(item)) : value;
};
