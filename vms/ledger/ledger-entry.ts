import {z} from 'zod';
import {processIdentity} from '../processes.ts';

/** Something on this host that a run made, and that a name alone suffices to remove. */
export const ledgerEntry = z.discriminatedUnion('kind', [
  /** A folder with everything below it. */
  z.object({kind: z.literal('folder'), path: z.string().startsWith('/')}),
  /** A cgroup, with every process in it. */
  z.object({kind: z.literal('cgroup'), path: z.string().regex(/^\/sys\/fs\/cgroup\/(?:[^/]+\/)*plumbline-[^/]+$/)}),
  /** The processes of QEMU, ssh and Lima that work in a machine's own folder or have paths below it in their command line. */
  z.object({kind: z.literal('processes'), path: z.string().regex(/^\/(?:[^/]+\/)+[^/]+$/)}),
  /** An entry of the cache that the machine of this id, which older versions leave out, needs as long as it lives: not to be pruned. */
  z.object({kind: z.literal('cache-entry'), path: z.string().startsWith('/'), machine: z.string().default('')}),
]);

/** One line of a ledger. */
export const ledgerLine = z.discriminatedUnion('type', [
  z.object({type: z.literal('owner'), runId: z.string(), process: processIdentity, startedAt: z.string()}),
  z.object({type: z.literal('made'), entry: ledgerEntry}),
  z.object({type: z.literal('gone'), entry: ledgerEntry}),
  z.object({type: z.literal('kept')}),
]);

export type LedgerEntry = z.infer<typeof ledgerEntry>;
export type LedgerLine = z.infer<typeof ledgerLine>;
