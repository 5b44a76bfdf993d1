import {existsSync, lstatSync} from 'node:fs';
import type {RunMarks} from './marks.ts';
import {parseCgroups} from '../parse/files.ts';
import type {Thing} from '../thing.ts';
import {listProc, readProc} from './proc.ts';

/**
 * Cgroups with one of the run's names in theirs: at the top of each hierarchy, and beside this process' own cgroup. Folders in them
 * are not listed: they go with them.
 */
export const readHostCgroups = ({names}: RunMarks): Thing[] => {
  const own = readProc('/proc/self/cgroup').match(/(?<=:)\/.*$/gm) ?? [];
  const parents = new Set([
    '',
    ...own.map((path) => path.replace(/\/[^/]*$/, '')),
    ...own.map((path) => path.replace(/\/$/, '')),
  ]);
  const mounts = (readProc('/proc/self/mountinfo').match(/^.* - cgroup2? .*$/gm) ?? []).map(
    (line) => line.split(' ')[4] ?? '',
  );
  const records = mounts.flatMap((mount) =>
    [...parents].flatMap((parent) =>
      listProc(`${mount}${parent}`)
        .filter(
          (entry) =>
            names.some((name) => entry.includes(name)) &&
            lstatSync(`${mount}${parent}/${entry}`, {throwIfNoEntry: false})?.isDirectory(),
        )
        .map((entry) => [mount, `${parent}/${entry}`]),
    ),
  );
  return parseCgroups(new Map([['cgroups', {problem: '', records}]])).map((thing) => ({...thing, owner: 'plumbline'}));
};

/** The run's folders that are there. */
export const readHostFolders = ({folders}: RunMarks): Thing[] =>
  folders
    .filter((folder) => existsSync(folder))
    .map((folder) => ({
      kind: 'file',
      identity: `${folder} (folder)`,
      owner: 'plumbline',
      detail: `folder "${folder}"`,
      source: 'files',
    }));
