import {z} from 'zod';
import {PlumblineError} from '../../vms/errors.ts';
import type {Workload} from '../scenario/workload.ts';

// Only what is edited is described; everything else is handed through as it came.
const spec = z.looseObject({
  process: z.looseObject({capabilities: z.record(z.string(), z.array(z.string())).optional()}),
  root: z.looseObject({path: z.string()}),
  linux: z.looseObject({namespaces: z.array(z.looseObject({type: z.string()}))}),
});

/**
 * Turns the spec that `runc spec` writes into one for a workload: its command, no terminal, a writable root, the capabilities it
 * needs, and the network namespace at `netns`. Fields: https://github.com/opencontainers/runtime-spec/blob/main/config.md
 */
export const editSpec = (config: unknown, workload: Workload, netns: string): unknown => {
  const parsed = spec.safeParse(config);
  if (!parsed.success) {
    throw new PlumblineError('runtime', `Cannot edit the spec that runc wrote: ${z.prettifyError(parsed.error)}`, {
      layer: 'runc',
    });
  }
  const {process, root, linux} = parsed.data;
  const capabilities = Object.fromEntries(
    Object.entries(process.capabilities ?? {}).map(([set, present]) => [
      set,
      [...new Set([...present, ...workload.capabilities])],
    ]),
  );
  return {
    ...parsed.data,
    process: {...process, args: workload.command, terminal: false, capabilities},
    root: {...root, readonly: false},
    linux: {
      ...linux,
      namespaces: linux.namespaces.map((namespace) =>
        namespace.type === 'network' ? {...namespace, path: netns} : namespace,
      ),
    },
  };
};
