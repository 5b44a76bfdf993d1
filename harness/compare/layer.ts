import type {LevelName} from '../levels/level.ts';

/** A component that can be the cause of a difference, from the highest to the lowest. */
export const layers = ['dockerd', 'containerd', 'runc', 'kernel'] as const;

export type Layer = (typeof layers)[number];

/** Who is held to have caused a difference, and why. */
export interface Attribution {
  readonly layer: Layer;
  /** For a person, without a final period. */
  readonly because: string;
}

/** What an attribution is made from. */
export interface Evidence {
  /** Levels at which the fact differs. */
  readonly differsAt: ReadonlySet<LevelName>;
  /** Levels that were compared and have the fact in at least one run: those that could have shown the difference. */
  readonly couldShow: ReadonlySet<LevelName>;
  /** Components that are known to differ between the runs. Empty when none is, or nothing is known. */
  readonly changed: ReadonlySet<Layer>;
  /** Whose the fact is, where that does not follow from the level. */
  readonly owner?: Attribution | undefined;
}

const LAYER_OF: Readonly<Record<LevelName, Layer>> = {docker: 'dockerd', ctr: 'containerd', runc: 'runc'};
const UPWARDS = ['runc', 'ctr', 'docker'] as const;

/**
 * Names the layer at which a difference first appears, from below: runc's own cell differs: runc; ctr and docker differ:
 * containerd; docker alone: dockerd or its rules. A level above passes on what a level below does, so when the component of that
 * layer is known to be the same in both runs, the cause is the next component below that is not: docker is the only level that
 * asks runc for a seccomp filter, and a runc that ignores it shows at docker alone.
 */
export const attribute = ({differsAt, couldShow, changed, owner}: Evidence): Attribution => {
  const lowest = UPWARDS.find((level) => differsAt.has(level)) ?? 'docker';
  const below = UPWARDS.slice(0, UPWARDS.indexOf(lowest));
  const {layer: first, because} = owner ?? {
    layer: LAYER_OF[lowest],
    because: `first appears at ${lowest}${belowSentence(below, couldShow)}`,
  };
  if (changed.size === 0 || changed.has(first)) {
    return {layer: first, because};
  }
  const cause = layers.slice(layers.indexOf(first)).find((layer) => changed.has(layer));
  return cause === undefined
    ? {layer: first, because: `${because}, although ${first} and what is below did not change`}
    : {layer: cause, because: `${because}, but ${first} is the same in both runs and ${cause} is not`};
};

const belowSentence = (below: readonly LevelName[], couldShow: ReadonlySet<LevelName>): string => {
  const same = below.filter((level) => couldShow.has(level));
  const silent = below.filter((level) => !couldShow.has(level));
  return [
    ...(same.length > 0 ? [`, ${same.join(' and ')} below ${same.length === 1 ? 'is' : 'are'} the same`] : []),
    ...(silent.length > 0 ? [`, ${silent.join(' and ')} below can not show it`] : []),
  ].join('');
};
