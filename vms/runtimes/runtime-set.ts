import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {UsageError} from '../errors.ts';
import {yamlValue} from '../yaml-value.ts';

/** Where the runtime sets are; a set is added by adding a YAML file. */
const setsFolder = import.meta.dirname;

const debianPackage = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/u, 'a Debian package name');
const upstreamVersion = z.string().regex(/^\d+\.\d+\.\d+$/u, 'an upstream version such as 1.6.20');

const isRegularExpression = (text: string): boolean => {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
};

const runtimeSetSchema = z.strictObject({
  /** Same as the name of the file. */
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/u, 'lower-case letters, digits, dots and hyphens'),
  description: z.string().min(1),
  /** The Debian suite everything is installed from. */
  suite: z.strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/u, 'the name of a Debian suite'),
    mirror: z.url({protocol: /^https?$/u}),
    /** Lines of apt.conf(5) that hold while the set is baked. */
    aptOptions: z.array(z.string().min(1)).default([]),
  }),
  /** Installed with what they depend on, without what they recommend. */
  packages: z.array(debianPackage).min(1),
  /** Upstream versions that the bake has to end up with. */
  versions: z.strictObject({docker: upstreamVersion, containerd: upstreamVersion, runc: upstreamVersion}),
  /** Kernel series of the distribution, for providers that boot a kernel. A string: as a number 6.10 is 6.1. */
  kernel: z.string().regex(/^\d+\.\d+$/u, "a kernel series in quotes, such as '6.1'"),
  /** What these versions are known to leave behind through a defect of their own: reported, and not held against a scenario. */
  knownResidue: z
    .array(
      z.strictObject({
        /** Kind of the thing, as a residue failure names it. */
        kind: z.string().min(1),
        /** Regular expression over the whole identity of the thing. */
        pattern: z.string().refine(isRegularExpression, 'a regular expression'),
        reason: z.string().min(1),
        link: z.url(),
      }),
    )
    .default([]),
  notes: z.string().optional(),
});

/** The versions under test: a base distribution with its kernel, docker, containerd and runc. Plain data. */
export type RuntimeSet = Readonly<z.infer<typeof runtimeSetSchema>>;

/** Something that the versions of a set are known to leave behind. */
export type KnownResidue = RuntimeSet['knownResidue'][number];

/**
 * Reads the runtime set of this name.
 * Throws {@link UsageError} when there is none, or when its file is broken: the sentence has the file, the key and what would be right.
 */
export const loadRuntimeSet = async (name: string, folder = setsFolder): Promise<RuntimeSet> => {
  const known = await listNames(folder);
  if (!known.includes(name)) {
    throw new UsageError(
      `Cannot load runtime set "${name}": there is none of this name, known are ${known.join(', ')}`,
    );
  }
  const file = join(folder, `${name}.yaml`);
  return parseRuntimeSet(name, file, await readFile(file, 'utf8'));
};

/** Reads all runtime sets, sorted by name. Throws {@link UsageError} when a file is broken. */
export const listRuntimeSets = async (folder = setsFolder): Promise<readonly RuntimeSet[]> => {
  const names = await listNames(folder);
  return Promise.all(names.map(async (name) => loadRuntimeSet(name, folder)));
};

const listNames = async (folder: string): Promise<readonly string[]> => {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
};

const parseRuntimeSet = (name: string, file: string, text: string): RuntimeSet => {
  const yaml = yamlValue(text);
  if (yaml.problem !== undefined) throw brokenFile(file, yaml.problem, yaml.cause);

  const parsed = runtimeSetSchema.safeParse(yaml.value);
  if (!parsed.success) throw brokenFile(file, describeIssue(parsed.error), parsed.error);
  if (parsed.data.name !== name) {
    throw brokenFile(file, `"name" is "${parsed.data.name}", it has to be that of the file, "${name}"`);
  }
  return parsed.data;
};

const describeIssue = (error: z.ZodError): string => {
  const [issue] = error.issues;
  if (!issue) return error.message;
  const where = issue.path.length === 0 ? 'the top level' : `"${issue.path.join('.')}"`;
  // The message of a failed pattern is the description given in the schema, which says what would be right.
  return issue.code === 'invalid_format'
    ? `${where} has to be ${asExpectation(issue.message)}`
    : `${where}: ${issue.message}`;
};

const asExpectation = (message: string): string => message.replace(/^Invalid URL$/u, 'an http or https URL');

const brokenFile = (file: string, state: string, cause?: unknown): UsageError =>
  new UsageError(`Cannot load runtime set "${file}": ${state}`, {cause});
