import {z} from 'zod';
import {failureRecord} from '../report/run-record.ts';

/** Version of the shape below; raised when a reader of the old shape would misread the new one. */
export const UPGRADE_SCHEMA_VERSION = 2;

const factValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]);
const milliseconds = z.number().nonnegative();

const gapRecord = z.object({
  /** Milliseconds from the start of the upgrade to the first request that failed. */
  fromMs: z.number(),
  /** To the first that was answered again; absent when none was. */
  toMs: z.number().optional(),
  /** The time without an answer, give or take `errorMs`. */
  ms: milliseconds,
  errorMs: milliseconds,
  failed: z.number().int(),
  reasons: z.array(z.string()).readonly(),
  /** What was being done when it began. */
  during: z.string(),
});

/** What requests from one vantage say. */
const targetRecord = z.object({
  vantage: z.enum(['machine', 'neighbour']),
  url: z.string(),
  probes: z.number().int(),
  failed: z.number().int(),
  gaps: z.array(gapRecord),
  longestMs: milliseconds,
  longestErrorMs: milliseconds,
  totalMs: milliseconds,
  totalErrorMs: milliseconds,
  slowestMs: milliseconds,
  /** Whether it answered in the end: `unsteady` where it did at times, when the time to settle was over. */
  ending: z.enum(['up', 'down', 'unsteady']),
});

const processRecord = z.object({
  pid: z.number().int(),
  startTime: z.string(),
  command: z.string(),
  parent: z.number().int(),
  program: z.string(),
});

/** What became of one workload. */
export const upgradedWorkloadRecord = z.object({
  name: z.string(),
  level: z.enum(['docker', 'ctr', 'runc']),
  title: z.string(),
  /** What its runtime documents. */
  expected: z.enum(['survives', 'is restarted', 'stays down']),
  targets: z.array(targetRecord),
  before: processRecord,
  /** Its init afterwards; absent when there is none. */
  after: processRecord.optional(),
  /** Whether the process of before still runs: same pid, same start time. */
  survived: z.boolean(),
  /** How often it was started again, as far as anybody can tell. */
  restarts: z.number().int(),
  /** The process that its init is a child of: its shim, where the level has one. Absent when the init has ended. */
  parent: z
    .object({
      process: processRecord,
      isShim: z.boolean(),
      /** The program of that process has been replaced on disk. */
      isReplaced: z.boolean(),
      /** `adopted`: the new version knows the process below it; `orphaned`: it does not; `new`: the new version started it. */
      fate: z.enum(['adopted', 'orphaned', 'new']),
    })
    .optional(),
  /** State as the runtime calls it afterwards. */
  status: z.string().optional(),
  /** Of one that survived, was adopted and could be removed: what is otherwise when the new versions start the same workload. */
  inherited: z.array(
    z.object({fact: z.string(), kept: factValue.optional(), new: factValue.optional(), change: z.string()}),
  ),
  /** Why the new version can not show it, run a command in it, remove it, or start and remove it once more. */
  problems: z.array(z.string()),
});

const phaseRecord = z.object({title: z.string(), fromMs: z.number(), toMs: z.number()});

/** One machine that was upgraded with workloads running. */
export const upgradePassRecord = z.object({
  liveRestore: z.boolean(),
  machine: z.string(),
  phases: z.array(phaseRecord),
  workloads: z.array(upgradedWorkloadRecord),
  /** What was listed before and can not be read any more, as sentences. */
  lost: z.array(z.string()),
  before: z.record(z.string(), z.string()),
  after: z.record(z.string(), z.string()),
});

/** Everything that an upgrade showed: the content of `upgrade.json`. */
export const upgradeRecord = z.object({
  schemaVersion: z.literal(UPGRADE_SCHEMA_VERSION),
  id: z.string(),
  startedAt: z.iso.datetime(),
  durationMs: milliseconds,
  from: z.string(),
  to: z.string(),
  /** The component that was asked for; absent when all were. */
  only: z.enum(['runc', 'containerd', 'docker']).optional(),
  provider: z.string(),
  /** Milliseconds between two requests to one target; 0 when there were none. */
  intervalMs: milliseconds,
  /** Version of every package that was installed, by name. */
  packages: z.record(z.string(), z.string()),
  passes: z.array(upgradePassRecord),
  /** The upgraded machine against a fresh one; absent when it did not come to that. */
  comparison: z
    .object({
      /** Ids of the runs, which `plumbline compare` takes. */
      fresh: z.string(),
      upgraded: z.string(),
      /** What the fresh machine is made of. */
      freshSet: z.string(),
      unexplained: z.number().int(),
      /** As "plumbline compare --json" has them; `old` is the fresh machine. */
      differences: z.array(z.looseObject({fact: z.string(), kind: z.string(), layer: z.string(), scope: z.string()})),
    })
    .optional(),
  failures: z.array(failureRecord),
  exitCode: z.number().int(),
});

export type GapRecord = z.infer<typeof gapRecord>;
export type TargetRecord = z.infer<typeof targetRecord>;
export type UpgradedWorkloadRecord = z.infer<typeof upgradedWorkloadRecord>;
export type UpgradePassRecord = z.infer<typeof upgradePassRecord>;
export type UpgradeRecord = z.infer<typeof upgradeRecord>;
