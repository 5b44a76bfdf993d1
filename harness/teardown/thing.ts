/** What a thing in a machine can be. */
export type ThingKind =
  | 'process'
  | 'mount'
  | 'mount options'
  | 'network namespace'
  | 'link'
  | 'address'
  | 'route'
  | 'routing rule'
  | 'firewall rule'
  | 'cgroup'
  | 'listening socket'
  | 'docker container'
  | 'docker network'
  | 'docker volume'
  | 'docker image'
  | 'containerd namespace'
  | 'containerd container'
  | 'containerd task'
  | 'containerd snapshot'
  | 'containerd lease'
  | 'containerd image'
  | 'containerd content'
  | 'runc container'
  | 'file'
  | 'file content'
  | 'sysctl'
  /** A program that has to answer before its things can be read: `dockerd`, `containerd`, or a tool of the inventory. */
  | 'daemon';

/** One thing a machine holds. */
export interface Thing {
  readonly kind: ThingKind;
  /** The same in two inventories of an unchanged machine, and unique in its kind: no ids that are reused, no counters, no ages. */
  readonly identity: string;
  /** Best guess, for a person, of who made it: `dockerd`, `containerd (namespace moby)`, `CNI`, a process name… */
  readonly owner: string;
  /** What to call it in a sentence, with what identifies it right now: `process 312 "sleep 3217"`. */
  readonly detail: string;
  /** Section of the inventory it was read from. */
  readonly source: string;
  /** {@link keyOf} the thing it goes away with, such as the link of a route or the folder of a file. */
  readonly partOf?: string;
}

/** What a machine, or this host, holds at one moment. */
export interface Inventory {
  readonly things: readonly Thing[];
  /** Sections that could not be read, each with a sentence saying why. */
  readonly unread: ReadonlyMap<string, string>;
}

/** Names a thing over all kinds. */
export const keyOf = ({kind, identity}: Pick<Thing, 'kind' | 'identity'>): string => `${kind} ${identity}`;

/** Makes identities unique: the second of its kind and name becomes `name #2`, in the order given. */
export const numberDuplicates = (things: readonly Thing[]): Thing[] => {
  const seen = new Map<string, number>();
  return things.map((thing) => {
    const count = (seen.get(keyOf(thing)) ?? 0) + 1;
    seen.set(keyOf(thing), count);
    return count === 1 ? thing : {...thing, identity: `${thing.identity} #${count}`};
  });
};
