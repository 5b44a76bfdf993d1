import type {ObserveContext} from './observer.ts';

/** Takes out of a text what no two runs share. */
export type Normalise = (text: string) => string;

/** The names that one run gave to one workload. */
export interface RunNames {
  /** Id of the container as its runtime has it: the last part of the bundle's path. */
  readonly id: string;
  readonly pid: number;
  readonly address: string | undefined;
  readonly machineHostname: string;
}

/** The names of a workload. */
export const namesOf = ({bundle, pid, address}: ObserveContext['running'], machineHostname: string): RunNames => ({
  id: bundle.replace(/\/$/, '').split('/').at(-1) ?? '',
  pid,
  address,
  machineHostname,
});

/**
 * Replaces ids, allocated addresses, MACs, process ids, inode numbers and random names by words in braces. Names that the tool
 * itself chooses (`veth-host`, `docker0`) stay.
 */
export const normaliserOf = ({id, pid, address, machineHostname}: RunNames): Normalise => {
  const replacements: readonly (readonly [pattern: RegExp, word: string])[] = [
    ...(id === '' ? [] : [[word(id), '{id}'] as const]),
    // Docker names a container's host after the beginning of its id.
    ...(/^[0-9a-f]{64}$/.test(id) ? [[new RegExp(`\\b${id.slice(0, 12)}\\b`, 'g'), '{id}'] as const] : []),
    ...(address === undefined ? [] : [[word(address), '{address}'] as const]),
    [new RegExp(`/proc/${pid}/`, 'g'), '/proc/{pid}/'],
    ...COMMON,
    ...(machineHostname === '' ? [] : [[new RegExp(`^${RegExp.escape(machineHostname)}$`, 'g'), '{machine}'] as const]),
  ];
  return (text) => replacements.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);
};

/** Replaces what no two runs share in a text that belongs to no workload in particular. */
export const withoutNames: Normalise = (text) =>
  COMMON.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);

// Not part of a longer name or number.
const word = (text: string): RegExp => new RegExp(`(?<![\\w.-])${RegExp.escape(text)}(?![\\w-]|\\.\\d)`, 'g');

const COMMON: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\b[0-9a-f]{64}\b/g, '{id}'],
  [/(?<=\/overlay2\/(?:l\/)?)(?:[0-9a-f]{64}|[A-Z0-9]{26})(?:-init)?/g, '{layer}'],
  [/(?<=\/snapshots\/)\d+\b/g, '{layer}'],
  [/(?<=\/proc\/)\d+(?=\/)/g, '{pid}'],
  [/\bveth[0-9a-f]{7,8}\b/g, 'veth{n}'],
  [/\bbr-[0-9a-f]{12}\b/g, 'br-{id}'],
  // Hash of the network's name and the container's: https://github.com/containernetworking/plugins/blob/main/pkg/utils/utils.go
  [/\bCNI-[0-9a-f]{24}\b/g, 'CNI-{hash}'],
  [/(?<=\/netns\/)[0-9a-f]{12}\b/g, '{id}'],
  // An argument of docker's hooks: the short id of its network controller.
  [/(?<=")[0-9a-f]{12}(?=")/g, '{id}'],
  [/\bfe80::[0-9a-f:]+/g, 'fe80::{address}'],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, '{mac}'],
  // What is masked of each processor says how many the host has.
  [/(?<=\/sys\/devices\/system\/cpu\/cpu)\d+(?=\/)/g, '{n}'],
  [/\b(socket|pipe|anon_inode|mnt|net|ipc|pid|uts|user|time|cgroup):\[\d+\]/g, '$1'],
];
