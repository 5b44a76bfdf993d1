import {readFile} from 'node:fs/promises';
import {z} from 'zod';
import {UsageError} from '../../vms/errors.ts';
import {yamlValue} from '../../vms/yaml-value.ts';

const place = z.strictObject({
  scenario: z.string().min(1),
  level: z.enum(['docker', 'ctr', 'runc']),
  /** Path of the fact or rate. */
  fact: z.string().min(1),
  /** Of a fact that is a long list: the item that matters. */
  item: z.string().min(1).optional(),
  /** Seen only where the kernel, the init system and the cgroups are those of the runtime set. */
  machine: z.literal('virtual').optional(),
});

const entry = z.strictObject({
  id: z.string().regex(/^[A-Z]+-\d+$/, 'an id such as SEC-01'),
  /** What changed for users, in a few words. */
  about: z.string().min(1),
  /** Where upstream says so. */
  link: z.url({protocol: /^https?$/}),
  /** Whether the runtime sets of this tool differ in it. */
  between: z.enum(['differs', 'same', 'rate', 'likely']),
  /** Where it is seen; none where `why` says why not. */
  shown: z.array(place).default([]),
  /** Why it is not shown, or what a run needs to show it. */
  why: z.string().min(1).optional(),
});

const catalogueFile = z.strictObject({entries: z.array(entry)});

/** A change of docker, containerd, runc or crun that users have noticed, and where the scenarios show it. */
export type CatalogueEntry = z.infer<typeof entry>;

/** Reads a catalogue. Throws {@link UsageError} when the file is broken; the sentence has the key. */
export const readCatalogue = async (file: string): Promise<readonly CatalogueEntry[]> => {
  const broken = (state: string, cause?: unknown): UsageError =>
    new UsageError(`Cannot read catalogue "${file}": ${state}`, {cause});
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw broken(error.message, error);
  });
  const yaml = yamlValue(text);
  if (yaml.problem !== undefined) {
    throw broken(yaml.problem, yaml.cause);
  }
  const parsed = catalogueFile.safeParse(yaml.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw broken(`"${issue?.path.join('.')}": ${issue?.message}`, parsed.error);
  }
  const {entries} = parsed.data;
  for (const [index, {id, shown, why}] of entries.entries()) {
    if (entries.findIndex((other) => other.id === id) !== index) {
      throw broken(`there are two entries "${id}"`);
    }
    if (shown.length === 0 && why === undefined) {
      throw broken(`entry "${id}" has neither "shown" nor "why"`);
    }
  }
  return entries;
};
