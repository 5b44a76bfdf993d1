import type {Difference} from './difference.ts';

/** Differences that say the same of neighbouring facts, such as all that is known of one mount. */
export interface DifferenceBundle {
  /** Path with the varying last part in braces, or that of the single fact. */
  readonly title: string;
  readonly differences: readonly [Difference, ...Difference[]];
}

/** A bundle is worth while from this many facts on. */
const FEWEST = 3;

/** Bundles facts that were all added or all removed, and whose paths differ in the last part alone. */
export const bundleDifferences = (differences: readonly Difference[]): DifferenceBundle[] => {
  const bundled = Map.groupBy(differences, keyOf);
  const done = new Set<string>();
  return differences.flatMap((difference): DifferenceBundle[] => {
    const key = keyOf(difference);
    const same = bundled.get(key) ?? [difference];
    if (difference.kind === 'changed' || same.length < FEWEST) {
      return [{title: difference.fact, differences: [difference]}];
    }
    if (done.has(key)) {
      return [];
    }
    done.add(key);
    const [first = difference, ...rest] = same;
    return [
      {
        title: `${parentOf(first.fact)}.{${same.map(({fact}) => lastOf(fact)).join(',')}}`,
        differences: [first, ...rest],
      },
    ];
  });
};

const keyOf = ({fact, kind, scope, layer, explanations}: Difference): string =>
  JSON.stringify([parentOf(fact), kind, scope, layer, explanations?.map(({reason}) => reason)]);

const parentOf = (fact: string): string => fact.slice(0, fact.lastIndexOf('.'));
const lastOf = (fact: string): string => fact.slice(fact.lastIndexOf('.') + 1);
