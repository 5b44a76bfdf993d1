import {readFile} from 'node:fs/promises';
import {z} from 'zod';
import {UsageError} from '../../vms/errors.ts';
import {yamlValue} from '../../vms/yaml-value.ts';
import {matchesGlob} from '../observe/glob.ts';
import type {Difference, DifferencePart} from './difference.ts';

const glob = z.string().min(1);

const version = z.string().regex(/^\d+(\.\d+)*$/, 'a version such as 28.0, in quotes');

const explanation = z
  .strictObject({
    /** Path of the facts it explains; `*` stands for anything. */
    fact: glob,
    /** The version of one component that brings it: it counts wherever the old run has an older one and the new run has this or a newer. */
    since: z
      .strictObject({
        docker: version.optional(),
        containerd: version.optional(),
        runc: version.optional(),
        kernel: version.optional(),
      })
      .refine((one) => Object.keys(one).length === 1, 'has to name one component with its version')
      .optional(),
    /** Instead, runtime sets of the old and the new run; `*` stands for any. */
    from: glob.optional(),
    to: glob.optional(),
    /** Only at these levels. Default: at all. */
    levels: z
      .array(z.enum(['docker', 'ctr', 'runc']))
      .min(1)
      .optional(),
    /** The change as compare prints it, such as `0022 -> 0077`, or one item of a list, such as `+CAP_KILL`. Default: any. */
    change: glob.optional(),
    /** One sentence: what changed, and why that is right. */
    reason: z.string().min(10),
    /** Where upstream says so. */
    link: z.url({protocol: /^https?$/}),
    /** The last day on which it counts: somebody has to look again then. */
    expires: z.iso.date(),
  })
  .refine(
    ({since, from, to}) => (since === undefined) === (from !== undefined && to !== undefined),
    'has to have either "since" or both "from" and "to"',
  );

const explanationFile = z.strictObject({changes: z.array(explanation)});

/** A change that somebody has looked into. */
export type Explanation = z.infer<typeof explanation>;

/** The reviewed explanations that come with the tool. */
export const explanationsFile = new URL('explained-changes.yaml', import.meta.url);

/** Reads a file of explanations. Throws {@link UsageError} when there is none or it is broken; the sentence has the key. */
export const readExplanations = async (file: string | URL): Promise<readonly Explanation[]> => {
  const name = file instanceof URL ? file.pathname.split('/').at(-1) : file;
  const broken = (state: string, cause?: unknown): UsageError =>
    new UsageError(`Cannot read explanations "${name}": ${state}`, {cause});
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw broken(error.message, error);
  });
  const yaml = yamlValue(text);
  if (yaml.problem !== undefined) {
    throw broken(yaml.problem, yaml.cause);
  }
  const parsed = explanationFile.safeParse(yaml.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw broken(`"${issue?.path.join('.')}": ${issue?.message}`, parsed.error);
  }
  return parsed.data.changes;
};

/** Versions of the components in the old and the new run. */
export interface VersionsOfRuns {
  readonly old: Readonly<Record<string, string>>;
  readonly new: Readonly<Record<string, string>>;
}

/**
 * Gives each difference the explanations that together cover it and have not expired; every one of its `parts` has to be
 * covered. Tells which of the expired ones are missed.
 */
export const explain = (
  differences: readonly Difference[],
  explanations: readonly Explanation[],
  versions: VersionsOfRuns,
  today: Date,
): {readonly differences: readonly Difference[]; readonly expired: readonly Explanation[]} => {
  const expired = new Set<Explanation>();
  const explained = differences.map((difference) => {
    const {parts} = difference;
    const fitting = explanations.filter((one) => fits(one, difference, versions));
    const valid = fitting.filter((one) => !hasExpired(one, today));
    const open = parts.filter((part) => !valid.some((one) => covers(one, part)));
    if (open.length === 0) {
      return {
        ...difference,
        explanations: valid.filter((one) => parts.some((part) => covers(one, part))),
      };
    }
    for (const one of fitting.filter((each) => hasExpired(each, today))) {
      if (open.some((part) => covers(one, part))) {
        expired.add(one);
      }
    }
    return difference;
  });
  return {differences: explained, expired: [...expired]};
};

const fits = ({fact, since, from, to}: Explanation, difference: Difference, versions: VersionsOfRuns): boolean =>
  matchesGlob(difference.fact, fact) &&
  (since === undefined
    ? matchesGlob(difference.sets.old, from ?? '*') && matchesGlob(difference.sets.new, to ?? '*')
    : Object.entries(since).every(([component, first = '']) =>
        isBetween(first, versions.old[component], versions.new[component]),
      ));

const covers = ({levels, change}: Explanation, part: DifferencePart): boolean =>
  (levels?.includes(part.level) ?? true) && (change === undefined || matchesGlob(part.change, change));

const isBetween = (first: string, old: string | undefined, recent: string | undefined): boolean =>
  old !== undefined && recent !== undefined && isOlder(old, first) && !isOlder(recent, first);

/** Compares the numbers that versions begin with: what a distribution appends says nothing of what upstream released. */
const isOlder = (one: string, other: string): boolean => {
  const [numbers, others] = [numbersOf(one), numbersOf(other)];
  for (let at = 0; at < Math.max(numbers.length, others.length); at += 1) {
    const [left = 0, right = 0] = [numbers[at], others[at]];
    if (left !== right) {
      return left < right;
    }
  }
  return false;
};

const numbersOf = (text: string): number[] => (/^\d+(\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number);

const hasExpired = ({expires}: Explanation, today: Date): boolean => expires < today.toISOString().slice(0, 10);
