import type {RunMarks} from './marks.ts';
import {parseNamedNamespaces} from '../parse/namespaces.ts';
import {parseMounts} from '../parse/files.ts';
import type {Thing} from '../thing.ts';
import {readProc} from './proc.ts';

/** Mounts and named network namespaces that a run made. */
export const readHostMounts = (marks: MountMarks): Thing[] => parseHostMounts(readProc('/proc/self/mountinfo'), marks);

type MountMarks = Pick<RunMarks, 'names' | 'folders'>;

/** Picks a run's mounts and named network namespaces out of proc_pid_mountinfo(5). */
export const parseHostMounts = (mountinfo: string, {names, folders}: MountMarks): Thing[] => {
  const records = mountinfo
    .split('\n')
    .filter(Boolean)
    .map(readMount)
    .filter(([point = '', type, , root = '', options = '']) => {
      const isNamed = type === 'nsfs' && names.some((name) => point.includes(name));
      return isNamed || folders.some((folder) => isIn(point, folder) || isIn(root, folder) || options.includes(folder));
    });
  const sections = new Map([['mounts', {problem: '', records}]]);
  return [...parseNamedNamespaces(sections), ...parseMounts(sections)];
};

const readMount = (line: string): string[] => {
  const [left = '', right = ''] = line.split(' - ');
  const [, , , root = '', point = ''] = left.split(' ');
  const [type = '', device = '', options = ''] = right.split(' ');
  return [unescape(point), type, unescape(device), unescape(root), unescape(options)];
};

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
const unescape = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
