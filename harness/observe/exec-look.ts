import type {ExecResult} from '../../vms/machine.ts';
import {credentialFacts} from './credentials.ts';
import type {FactValue} from './fact.ts';
import {KEPT_IN, keptAttributes, statFields} from './kept-attributes.ts';
import {limitFacts} from './limits.ts';
import {withoutNames} from './normaliser.ts';
import {counted} from './process.ts';
import {shownValue} from '../../vms/secret.ts';

const OF_SELF = [...KEPT_IN, 'limits', 'attr/current', 'cgroup'].map((file) => `/proc/self/${file}`);

/** In the command that takes longest: what ends at once can be gone before ctr(8) reads what it wrote. */
const GREETING = 'echo out; echo err >&2';

/**
 * Looks around from beside a workload. Constant text. Each process that it starts takes its time where the processor is emulated, so
 * that one head(1) reads all files, under a heading each. PID 1 is the workload's init wherever it has a pid namespace of its own, which
 * every level gives it; of an init with capabilities that it has not itself a command is told nothing.
 */
export const LOOK = [
  `${GREETING}; head -n 1000 ${OF_SELF.join(' ')} /proc/1/cgroup 2>/dev/null`,
  'env',
  'pwd',
  'ls -ln /proc/self/fd /proc/self/ns /proc/1/ns 2>/dev/null',
]
  .map((part) => `${part}; echo '---'`)
  .join('; ');

/** A line of its own: a private key in the environment has lines that end so. */
const PART_END = /^---\n/m;

/** Whether all that {@link LOOK} prints has come. */
export const isWholeLook = (text: string): boolean => text.split(PART_END).length === 5;

/** Whether what {@link LOOK} writes to standard error has come too; a runtime may have merged the streams. */
export const isWholeGreeting = ({stdout, stderr}: Pick<ExecResult, 'stdout' | 'stderr'>): boolean =>
  /^err$/m.test(`${stdout}\n${stderr}`);

/** What {@link LOOK} printed before it looked; where a runtime merged the streams, `err` can come later. */
export const greetingIn = (text: string): string => {
  const [greeting = '', ...rest] = text.split('==> ');
  return /^err$/m.test(rest.join('')) ? `${greeting}err\n` : greeting;
};

/** What {@link LOOK} printed, as facts. */
export const execFacts = (text: string): Record<string, FactValue> => {
  const [files = '', environment = '', cwd = '', listing = ''] = text.replaceAll(/^err\n/gm, '').split(PART_END);
  const read = byHeading(files, /^==> (\S+) <==$/);
  const listed = byHeading(listing, /^(\/\S+):$/);
  const textOf = (file: string): string => read.get(`/proc/self/${file}`) ?? '';
  const [own, ofInit] = [linksIn(listed.get('/proc/self/ns')), linksIn(listed.get('/proc/1/ns'))];
  const facts: Record<string, FactValue> = {
    'exec.environment': environment
      .trimEnd()
      .split(VARIABLE)
      .filter((variable) => variable !== '' && !OF_SHELL.test(variable))
      .map(shownVariable)
      .toSorted(),
    'exec.cwd': cwd.trim(),
    'exec.cgroup': textOf('cgroup') === read.get('/proc/1/cgroup') ? "that of the workload's init" : 'another',
    'exec.namespaces': [...own].flatMap(([name, target]) =>
      NAMESPACES.has(name) && ofInit.has(name) && ofInit.get(name) !== target ? [name] : [],
    ),
  };
  const process = {
    ...credentialFacts(textOf('status')),
    ...limitFacts(textOf('limits')),
    ...keptAttributes(textOf),
    'process.lsm': textOf('attr/current').trim() || 'none',
    'process.session': sessionOf(textOf('stat')),
    'process.fds.others': descriptors(listed.get('/proc/self/fd')),
  };
  for (const [path, value] of Object.entries(process)) {
    facts[`exec.${path}`] = value;
  }
  return facts;
};

/** What a shell sets by itself, and names of containers, which are the workload's too. */
const OF_SHELL = /^(_|SHLVL|PWD|OLDPWD|HOSTNAME)=/;

/** Where a variable begins: one like a private key has several lines. */
const VARIABLE = /\n(?=[A-Za-z_]\w*=)/;

const shownVariable = (variable: string): string => {
  const [name = '', ...rest] = variable.split('=');
  return rest.length === 0 ? name : `${name}=${shownValue(name, rest.join('='))}`;
};

/** Those that a runtime joins. */
const NAMESPACES = new Set(['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']);

/** Texts by the heading above each. */
const byHeading = (text: string, heading: RegExp): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  let current = '';
  for (const line of text.split('\n')) {
    const [, name] = heading.exec(line) ?? [];
    current = name ?? current;
    texts.set(current, name === undefined ? `${texts.get(current) ?? ''}${line}\n` : '');
  }
  return new Map([...texts].map(([name, content]) => [name, content.trimEnd()]));
};

/** Names and targets of the links in a long listing. */
const linksIn = (listing = ''): ReadonlyMap<string, string> =>
  new Map(
    listing.split('\n').flatMap((line) => {
      const [, name = '', target = ''] = / (\S+) -> (.+)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, target] as const];
    }),
  );

/** Beyond the standard ones, and without that with which ls(1) reads the folder itself. */
const descriptors = (listing: string | undefined): string[] =>
  counted(
    [...linksIn(listing)].flatMap(([fd, target]) =>
      Number(fd) > 2 && !/^\/proc\/\d+\/fd$/.test(target) ? [withoutNames(target)] : [],
    ),
  );

/** The shell that started head(1) is the command itself. */
const sessionOf = (stat: string): string => {
  const [, parent, , session] = statFields(stat);
  return parent === session ? 'leads its own' : 'of another process';
};
