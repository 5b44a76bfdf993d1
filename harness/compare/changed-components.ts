import type {LoadedRun} from './loaded-run.ts';
import type {Layer} from './layer.ts';

/** A component that is not the same in both runs. */
export interface ChangedComponent {
  readonly layer: Layer;
  readonly old: string;
  readonly new: string;
}

const COMPONENTS = {docker: 'dockerd', containerd: 'containerd', runc: 'runc', kernel: 'kernel'} as const;

/** The components whose versions differ, and the OCI runtime where one was swapped with `--runc`. */
export const changedComponents = (old: LoadedRun, recent: LoadedRun): ChangedComponent[] =>
  Object.entries(COMPONENTS).flatMap(([component, layer]) => {
    const [before, after] = [versionOf(old, component), versionOf(recent, component)];
    return before === after ? [] : [{layer, old: before, new: after}];
  });

const versionOf = ({record}: LoadedRun, component: string): string => {
  const versions = [...new Set(record.machines.map((machine) => machine.versions[component] ?? 'unknown'))].toSorted();
  const {runc: swapped} = record.options;
  // Of a program given by path nothing is known but where it was, not even that it stayed the same.
  const isSwapped = component === 'runc' && typeof swapped === 'string';
  return isSwapped ? `${swapped} (in run ${record.id})` : versions.join(', ');
};
