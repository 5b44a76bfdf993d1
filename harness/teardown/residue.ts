import {PlumblineError} from '../../vms/errors.ts';
import {counted} from '../report/counted.ts';
import {allowanceFor} from './allowances.ts';
import {keyOf} from './thing.ts';
import type {KnownResidue} from '../../vms/runtimes/runtime-set.ts';
import type {Inventory, Thing, ThingKind} from './thing.ts';

/** One thing that is there and was not, or was there and is not. */
export interface Finding {
  readonly change: 'appeared' | 'vanished';
  readonly kind: ThingKind;
  readonly identity: string;
  readonly owner: string;
  /** For a person, without a final period: `process 312 "sleep 3217" (started by containerd-shim-runc-v2), left running`. */
  readonly sentence: string;
}

/** The difference between two inventories, without what is allowed. */
export interface Residue {
  readonly appeared: readonly Finding[];
  readonly vanished: readonly Finding[];
  /** What appeared through a known defect of the versions under test. */
  readonly known: readonly Finding[];
}

/** Whether nothing was left behind and nothing destroyed. */
export const isClean = ({appeared, vanished}: Residue): boolean => appeared.length === 0 && vanished.length === 0;

/**
 * Compares what was there with what is. Things that go with another one that is reported (the routes of a link, the files of a
 * folder) are not reported themselves. What a daemon holds is not compared when it did not answer one of the two times; that it
 * stopped answering is itself a finding. `knownResidue` comes from the runtime set; what of it was left earlier, `leftBefore`, may go:
 * a daemon that starts again tidies up what its defect has left.
 */
export const compareInventories = (
  before: Inventory,
  after: Inventory,
  knownResidue: readonly KnownResidue[] = [],
  leftBefore: readonly Finding[] = [],
): Residue => {
  const unread = new Set([...before.unread.keys(), ...after.unread.keys()]);
  const appeared = difference('appeared', after, before, unread);
  const isKnown = ({kind, identity}: Finding): boolean =>
    knownResidue.some((known) => known.kind === kind && new RegExp(`^(?:${known.pattern})$`, 'u').test(identity));
  const wasLeft = (finding: Finding): boolean =>
    leftBefore.some(({kind, identity}) => kind === finding.kind && identity === finding.identity);
  const vanished = difference('vanished', before, after, unread).filter((finding) => !wasLeft(finding));
  return {
    appeared: appeared.filter((finding) => !isKnown(finding)),
    known: appeared.filter(isKnown),
    vanished: [...silencedDaemons(before, after), ...vanished],
  };
};

/** The error a cell fails with. `residue` must not be clean. */
export const residueFailure = (residue: Residue): PlumblineError => {
  // A daemon that has died explains the rest.
  const findings = [...residue.appeared, ...residue.vanished].toSorted((one, other) => rankOf(one) - rankOf(other));
  const sentences = findings.map(({sentence}) => sentence);
  return new PlumblineError(
    'residue',
    `Cannot pass "teardown": the machine differs in ${counted(findings.length, 'thing')}: ${shorten(sentences)}`,
    {
      expected: 'the machine holds what it held before',
      seen: sentences.join('; '),
    },
  );
};

const rankOf = ({kind}: Finding): number => (kind === 'daemon' ? 0 : 1);

const difference = (
  change: Finding['change'],
  inventory: Inventory,
  other: Inventory,
  unread: ReadonlySet<string>,
): Finding[] => {
  const known = new Set(other.things.map(keyOf));
  const differing = inventory.things.filter(
    (thing) => !unread.has(thing.source) && !known.has(keyOf(thing)) && !allowanceFor(change, thing),
  );
  const keys = new Set(differing.map(keyOf));
  return differing
    .filter(({partOf}) => partOf === undefined || !keys.has(partOf))
    .map((thing) => findingOf(change, thing));
};

const findingOf = (change: Finding['change'], thing: Thing): Finding => {
  const {kind, identity, owner, detail} = thing;
  const whose =
    owner === 'unknown' || isOwnName(thing) ? '' : ` (${kind === 'process' ? 'started by' : 'of'} ${owner})`;
  return {
    change,
    kind,
    identity,
    owner,
    sentence: `${detail}${whose}, ${change === 'vanished' ? 'gone' : (LEFT[kind] ?? 'left behind')}`,
  };
};

// Of a process whose parent is gone all that is known is its own name, which the sentence has already.
const isOwnName = ({kind, owner, detail}: Thing): boolean => kind === 'process' && detail.includes(owner);

const LEFT: Partial<Record<ThingKind, string>> = {
  process: 'left running',
  mount: 'left mounted',
  'mount options': 'changed',
  'file content': 'changed',
  'listening socket': 'left listening',
  sysctl: 'changed',
};

// One finding for all the sections that a daemon answers for.
const silencedDaemons = (before: Inventory, after: Inventory): Finding[] => {
  const silenced = new Map(
    [...after.unread]
      .filter(([section]) => !before.unread.has(section))
      .map(([section, problem]) => [daemonOf(section), problem]),
  );
  return [...silenced].map(([daemon, problem]) => ({
    change: 'vanished',
    kind: 'daemon',
    identity: daemon,
    owner: daemon,
    sentence: `${daemon} answered before and does not any more: ${problem}`,
  }));
};

const daemonOf = (section: string): string => {
  const [first = ''] = section.split(' ');
  return first === 'docker' ? 'dockerd' : first;
};

const shorten = (sentences: readonly string[]): string => {
  const most = 5;
  return sentences.slice(0, most).join('; ') + (sentences.length > most ? `; and ${sentences.length - most} more` : '');
};
