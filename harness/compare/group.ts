import {recordedAreas} from '../observe/recorded-facts.ts';

/** What a difference is about, in the order in which people want to know. `surface` is what people type and programs parse. */
export const groups = [
  'reachability',
  'isolation',
  'limits',
  'lifecycle',
  'surface',
  'residue',
  'resources',
  'time',
] as const;

export type Group = (typeof groups)[number];

/** The group of a fact or measurement. */
export const groupOf = (fact: string): Group => RULES.find(([pattern]) => pattern.test(fact))?.[1] ?? 'lifecycle';

// The first that matches counts.
const RULES: readonly (readonly [pattern: RegExp, group: Group])[] = [
  ...recordedAreas.map((area) => [new RegExp(`^${area}\\.`), area] as const),
  [/^(time|firstByte)\./, 'time'],
  [/^(memory|processes)\./, 'resources'],
  [/^residue\b/, 'residue'],
  [/^(reach|network|machine|sysctl\.net)\.|^failure\.probe/, 'reachability'],
  [/^cgroup\.(path|devices)\b|^oci\.linux\.resources\.devices/, 'isolation'],
  [
    /^cgroup\.|^(oci\.|exec\.)?process\.(rlimits|oomScoreAdj|nice|scheduler|realtimePriority|ioPriority|timerSlack|cpus|memoryNodes)|^oci\.linux\.resources/,
    'limits',
  ],
  [/^oci\.process\.(args|env|cwd|terminal)|^exec\.(environment|cwd)|^oci\.(hooks|annotations|ociVersion)/, 'lifecycle'],
  [/^(exec\.)?process\.(arguments|environment|cwd|exe|tree|signals|terminal)/, 'lifecycle'],
  [/^(oci|process|exec|namespaces|mounts|rootfs|paths|devices|sysctl)\./, 'isolation'],
];
