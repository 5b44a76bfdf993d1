import {z} from 'zod';
import {hostRecord} from './host-record.ts';

/** Version of the shape below; raised when a reader of the old shape would misread the new one. */
export const RUN_SCHEMA_VERSION = 1;

const milliseconds = z.number().nonnegative();
const argv = z.array(z.string()).min(1);

/** One timed action: what was done, how long it took, how it ended. */
export const stepRecord = z.object({
  title: z.string().min(1),
  /** Milliseconds since the start of the run. */
  startedMs: milliseconds,
  durationMs: milliseconds,
  status: z.enum(['passed', 'failed']),
  /** The command that a person would type for this step, where it is one command. */
  command: argv.optional(),
});

/** Where a probe is sent from. */
export const vantageName = z.enum(['harness', 'machine', 'container', 'neighbour']);

/** Which address of a workload a probe is sent to: the machine's own port, the address in the workload's network namespace, or 127.0.0.1. */
export const routeName = z.enum(['port', 'address', 'loopback']);

/** One entry of a truth table, and what was seen. */
export const reachRecord = z.object({
  vantage: vantageName,
  route: routeName,
  url: z.string(),
  /** `either`: what is seen is recorded and not judged. */
  expected: z.enum(['answers', 'silent', 'either']),
  seen: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('answer'),
      status: z.number().int(),
      firstByteMs: milliseconds,
      /** Why not all of it came, where it did not: an error code, or `no end within 300 ms`. */
      brokenOff: z.string().optional(),
    }),
    /** `reason` is for instance `ECONNREFUSED` or `no answer within 300 ms`. */
    z.object({kind: z.literal('silent'), reason: z.string()}),
  ]),
  held: z.boolean(),
});

/** Why something failed, for a person and for a program. */
export const failureRecord = z.object({
  class: z.enum(['usage', 'host', 'provision', 'guest', 'runtime', 'workload', 'probe', 'residue', 'harness']),
  /** The layer it points at, where one is known: `dockerd`, `containerd`, `runc`, `kernel`, `nginx`… */
  layer: z.string().optional(),
  /** Of what failed beside the cells: the runtime set of the machine or of the lane. Absent where it is of the whole run. */
  runtimeSet: z.string().optional(),
  sentence: z.string().min(1),
  command: argv.optional(),
  expected: z.string().optional(),
  seen: z.string().optional(),
  /** What mends the host, where that is what failed: commands, or what a person has to do. */
  remedies: z.array(z.string()).optional(),
  /** Files that explain it, relative to the run's folder. */
  evidence: z.array(z.string()),
});

/** One cell: scenario x level x network mode x runtime set. */
export const cellRecord = z.object({
  /** Unique in the run; names all four, and the repetition where there are several. */
  name: z.string().min(1),
  scenario: z.string(),
  /** Path of the scenario file, relative to the project. */
  file: z.string(),
  level: z.enum(['docker', 'ctr', 'runc']),
  network: z.enum(['published', 'isolated', 'netns', 'cni', 'host']),
  runtimeSet: z.string(),
  /** Id of the machine it ran on. */
  machine: z.string().optional(),
  /** 1 for the first time the cell was run. */
  repetition: z.number().int().positive(),
  status: z.enum(['passed', 'failed', 'not-run']),
  durationMs: milliseconds,
  steps: z.array(stepRecord),
  reach: z.array(reachRecord),
  /** Digest of the image's manifest that this cell really ran. */
  imageDigest: z.string().optional(),
  /** What was left through a known defect of the versions under test, as sentences. */
  knownResidue: z.array(z.string()),
  /** The first is the one to look at. Empty when it passed. */
  failures: z.array(failureRecord),
});

/** One machine of the run. */
export const machineRecord = z.object({
  id: z.string(),
  runtimeSet: z.string(),
  /** Key of the baked image it was started from. */
  image: z.string(),
  traits: z.record(z.string(), z.unknown()),
  /** How its provider finds it again. */
  details: z.record(z.string(), z.unknown()),
  /** Whether it was kept, for `plumbline shell`. */
  kept: z.boolean(),
  /** Versions found in it, by component. */
  versions: z.record(z.string(), z.string()),
  steps: z.array(stepRecord),
});

/** Everything a run found out: the content of `run.json`. */
export const runRecord = z.object({
  schemaVersion: z.literal(RUN_SCHEMA_VERSION),
  id: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: milliseconds,
  command: z.array(z.string()),
  tool: z.object({version: z.string(), node: z.string()}),
  host: hostRecord,
  /** Of a run that was merged: hosts of its parts that are otherwise than `host`, each once. */
  otherHosts: z.array(hostRecord).optional(),
  /** What was asked for: provider, runtime sets, the OCI runtime given with `--runc`, and the digest of its program. */
  options: z.record(z.string(), z.unknown()),
  /** Which part of which plan was run; `plan` is a digest of the names of all its cells. Absent in a run that was merged. */
  shard: z
    .object({index: z.number().int().positive(), count: z.number().int().positive(), plan: z.string()})
    .optional(),
  exitCode: z.number().int(),
  /** Failures that belong to no cell: bake, machine, host residue. */
  failures: z.array(failureRecord),
  steps: z.array(stepRecord),
  machines: z.array(machineRecord),
  cells: z.array(cellRecord),
});

export type StepRecord = z.infer<typeof stepRecord>;
export type VantageName = z.infer<typeof vantageName>;
export type RouteName = z.infer<typeof routeName>;
export type ReachRecord = z.infer<typeof reachRecord>;
export type FailureRecord = z.infer<typeof failureRecord>;
export type CellRecord = z.infer<typeof cellRecord>;
export type MachineRecord = z.infer<typeof machineRecord>;
export type RunRecord = z.infer<typeof runRecord>;
