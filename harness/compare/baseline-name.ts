import type {LoadedRun} from './loaded-run.ts';

/** Whether a run had virtual machines, with the kernel of their runtime set. Sandboxes have that of their host. */
export const isVirtual = ({record}: Pick<LoadedRun, 'record'>): boolean =>
  record.machines.some(({traits}) => traits['acceleration'] !== 'none');

/** Name of the baseline that a run on this runtime set is compared with: what virtual machines show is not what sandboxes do. */
export const baselineName = (run: Pick<LoadedRun, 'record'>, runtimeSet: string): string =>
  isVirtual(run) ? `${runtimeSet}-vm` : runtimeSet;
