import {join} from 'node:path';
import {z} from 'zod';
import {processIdentity} from '../processes.ts';

/** Namespaces that belong to a machine. */
export const namespacesSchema = z.object({
  /** Their first process, with its id on the host. */
  init: processIdentity,
  /** Cgroup folders that a command must join. */
  cgroups: z.array(z.string()),
});

export type Namespaces = z.infer<typeof namespacesSchema>;

const ENTER = join(import.meta.dirname, 'enter.sh');

/** What goes before a command of this host to run it in the namespaces. `option` is one more for nsenter(1). */
export const enterArgv = ({init, cgroups}: Namespaces, option?: string): readonly [string, ...string[]] => [
  ENTER,
  String(init.pid),
  init.startTime,
  cgroups.join('\n'),
  ...(option === undefined ? ['--'] : [option, '--']),
];
