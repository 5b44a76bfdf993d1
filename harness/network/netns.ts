import type {Machine} from '../../vms/machine.ts';
import type {Steps} from '../scenario/steps.ts';

/** A named network namespace that is reached from the machine through a veth pair. */
export interface NamedNetns extends AsyncDisposable {
  /** Path of the namespace in the machine. */
  readonly path: string;
  /** IPv4 address inside. */
  readonly address: string;
}

/** Names of a {@link NamedNetns}, for when a machine is to have several. */
export interface NetnsNames {
  readonly name: string;
  /** IPv4 address inside; the /24 around it must be nobody else's. */
  readonly address: string;
  /** The two ends of the veth pair. */
  readonly outer: string;
  readonly inner: string;
}

const USUAL: NetnsNames = {
  name: 'nginx_netw',
  address: '192.168.10.1',
  outer: 'veth-host',
  inner: 'veth-nginx',
};

/**
 * Makes the namespace the way people do by hand: the address inside, a host route to it, and a default route inside through
 * that same address. The odd default route is needed, since the machine's packets come from outside the inner network.
 */
export const makeNetns = async (machine: Machine, steps: Steps, names = USUAL): Promise<NamedNetns> => {
  const path = `/run/netns/${names.name}`;
  await using undo = new AsyncDisposableStack();
  for (const [title, argv] of netnsCommands(names)) {
    await steps.command(title, machine, argv);
    if (argv[2] === 'add' && argv[1] === 'netns') {
      undo.defer(() => removeNetns(machine, names));
    }
  }
  const kept = undo.move();
  return {path, address: names.address, [Symbol.asyncDispose]: () => kept.disposeAsync()};
};

/** Removes what {@link makeNetns} makes, as far as it is there. */
export const removeNetns = async (machine: Machine, {name, outer}: NetnsNames): Promise<void> => {
  // Deleting one end takes the other with it, and the route over it. The namespace would do so too, but some time after it was deleted.
  await machine.exec(['ip', 'link', 'delete', outer]);
  await machine.exec(['ip', 'netns', 'delete', name]);
};

/** The commands of {@link makeNetns}, in order, each with its title. */
export const netnsCommands = ({name, address, outer, inner} = USUAL): (readonly [
  title: string,
  argv: readonly string[],
])[] => [
  ['make a network namespace', ['ip', 'netns', 'add', name]],
  ['make a veth pair', ['ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name]],
  ['give it an address', ['ip', '-netns', name, 'address', 'add', `${address}/24`, 'dev', inner]],
  ['set its loopback up', ['ip', '-netns', name, 'link', 'set', 'lo', 'up']],
  ['set the inner end up', ['ip', '-netns', name, 'link', 'set', inner, 'up']],
  ['set the outer end up', ['ip', 'link', 'set', outer, 'up']],
  ['route to it from the machine', ['ip', 'route', 'add', `${address}/32`, 'dev', outer]],
  ['route back from it', ['ip', '-netns', name, 'route', 'add', 'default', 'via', address, 'dev', inner]],
];
