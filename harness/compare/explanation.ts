import {readFile} from 'node:fs/promises';
import {parseDocument} from 'yaml';
import {z} from 'zod';
import {UsageError} from '../../vms/errors.ts';
import type {Difference} from './difference.ts';
import {changeText} from './value-text.ts';

const glob = z.string().min(1);

const explanation = z.strictObject({
  /** Path of the facts it explains; `*` stands for anything. */
  fact: glob,
  /** Runtime sets of the old and the new run; `*` stands for any. */
  from: glob,
  to: glob,
  /** Only at these levels. Default: at all. */
  levels: z
    .array(z.enum(['docker', 'ctr', 'runc']))
    .min(1)
    .optional(),
  /** The change as compare prints it, such as `0022 -> 0077` or `+CAP_KILL`. Default: any. */
  change: glob.optional(),
  /** One sentence: what changed, and why that is right. */
  reason: z.string().min(10),
  /** Where upstream says so. */
  link: z.url({protocol: /^https?$/}),
  /** The last day on which it counts: somebody has to look again then. */
  expires: z.iso.date(),
});

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
  const document = parseDocument(text);
  if (document.errors[0]) {
    throw broken((document.errors[0].message.split('\n')[0] ?? '').replace(/:$/, ''), document.errors[0]);
  }
  const parsed = explanationFile.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw broken(`"${issue?.path.join('.')}": ${issue?.message}`, parsed.error);
  }
  return parsed.data.changes;
};

/** Gives each difference the first explanation that fits it and has not expired; tells which of the expired ones would have fitted. */
export const explain = (
  differences: readonly Difference[],
  explanations: readonly Explanation[],
  today: Date,
): {readonly differences: readonly Difference[]; readonly expired: readonly Explanation[]} => {
  const expired = new Set<Explanation>();
  const explained = differences.map((difference) => {
    const fitting = explanations.filter((one) => fits(one, difference));
    const valid = fitting.find((one) => !hasExpired(one, today));
    if (valid === undefined) {
      for (const one of fitting) {
        expired.add(one);
      }
    }
    return valid === undefined ? difference : {...difference, explanation: valid};
  });
  return {differences: explained, expired: [...expired]};
};

const fits = ({fact, from, to, levels, change}: Explanation, difference: Difference): boolean =>
  matches(fact, difference.fact) &&
  matches(from, difference.sets.old) &&
  matches(to, difference.sets.new) &&
  (change === undefined || matches(change, changeText(difference))) &&
  (levels === undefined || difference.cells.every(({level}) => levels.includes(level)));

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
  ).test(text);

const hasExpired = ({expires}: Explanation, today: Date): boolean => expires < today.toISOString().slice(0, 10);
