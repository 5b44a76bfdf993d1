import {basename} from 'node:path';
import type {LoadedRun} from './loaded-run.ts';
import type {Layer} from './layer.ts';

/** A component that is not the same in both runs. */
export interface ChangedComponent {
  readonly layer: Layer;
  readonly old: string;
  readonly new: string;
  /** Where the runs have several. */
  readonly runtimeSet?: string;
}

const COMPONENTS = {docker: 'dockerd', containerd: 'containerd', runc: 'runc', kernel: 'kernel'} as const;

/** The components whose versions differ, and the OCI runtime where one was swapped with `--runc`. */
export const changedComponents = (old: LoadedRun, recent: LoadedRun): ChangedComponent[] =>
  Object.entries(COMPONENTS).flatMap(([component, layer]) => {
    const [before, after] = [versionOf(old, component), versionOf(recent, component)];
    return isSame(component, before, after) ? [] : [{layer, old: before, new: after}];
  });

/** Runs of older versions of the tool, as some baselines are, have versions without the revision of the package: nothing is known of that. */
export const isSame = (component: string, one: string, other: string): boolean =>
  one === other || (component !== 'kernel' && (isRevisionOf(one, other) || isRevisionOf(other, one)));

/** Whether each version has one of the others, with a revision or as it is: a run that was merged may have several. */
const isRevisionOf = (packaged: string, version: string): boolean => {
  const [packages, versions] = [packaged.split(', '), version.split(', ')];
  return (
    packages.every((one) => versions.some((other) => hasRevisionOf(one, other))) &&
    versions.every((other) => packages.some((one) => hasRevisionOf(one, other)))
  );
};

/** What a distribution appends to a version begins with a number, as `-rc.1` of a release to come does not. */
const hasRevisionOf = (packaged: string, version: string): boolean =>
  packaged.startsWith(version) && /^(-\d[\w.+~]*)?$/.test(packaged.slice(version.length));

const versionOf = ({record}: LoadedRun, component: string): string => {
  const {runc: swapped, runcDigest} = record.options;
  if (component === 'runc' && typeof swapped === 'string') {
    if (!swapped.includes('/')) {
      return `${swapped} ${allVersions(record, swapped)}`;
    }
    // Of what older versions of the tool were given by path nothing is known but where it was, not even that it stayed the same.
    return typeof runcDigest === 'string'
      ? `${basename(swapped)} (${runcDigest.slice(0, 'sha256:'.length + 12)})`
      : `${swapped} (in run ${record.id})`;
  }
  return allVersions(record, component);
};

const allVersions = ({machines}: LoadedRun['record'], component: string): string =>
  [...new Set(machines.map(({versions}) => versions[component] ?? 'unknown'))].toSorted().join(', ');

/** Versions of the components of a run on one runtime set; without runc's where it was swapped, since what ran then is of another history. */
export const versionsOf = ({record}: LoadedRun): Readonly<Record<string, string>> => {
  const {runc, ...versions} = record.machines.at(-1)?.versions ?? {};
  return {...versions, ...(record.options['runc'] === undefined && runc !== undefined && {runc})};
};
