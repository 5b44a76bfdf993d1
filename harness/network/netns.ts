import type {Machine} from '../../vms/machine.ts';
import type {Steps} from '../scenario/steps.ts';

/** A named network namespace that is reached from the machine through a veth pair. */
export interface NamedNetns extends AsyncDisposable {
  /** Path of the namespace in the machine. */
  readonly path: string;
  /** IPv4 address inside. */
  readonly address: string;
}

const NAME = 'nginx_netw';
const ADDRESS = '192.168.10.1';

/**
 * Makes the namespace the way people do by hand: the address inside, a host route to it, and a default route inside through
 * that same address. The odd default route is needed, since the machine's packets come from outside the inner network.
 */
export const makeNetns = async (machine: Machine, steps: Steps): Promise<NamedNetns> => {
  const path = `/run/netns/${NAME}`;
  // Deleting the namespace takes both ends of the pair with it, and the route over it.
  const remove = async (): Promise<void> => {
    await machine.exec(['ip', 'netns', 'delete', NAME]);
  };
  await using undo = new AsyncDisposableStack();
  for (const [title, argv] of netnsCommands()) {
    await steps.command(title, machine, argv);
    if (argv[2] === 'add' && argv[1] === 'netns') {
      undo.defer(remove);
    }
  }
  const kept = undo.move();
  return {path, address: ADDRESS, [Symbol.asyncDispose]: () => kept.disposeAsync()};
};

/** The commands of {@link makeNetns}, in order, each with its title. */
export const netnsCommands = (): (readonly [title: string, argv: readonly string[]])[] => [
  ['make a network namespace', ['ip', 'netns', 'add', NAME]],
  ['make a veth pair', ['ip', 'link', 'add', 'veth-host', 'type', 'veth', 'peer', 'name', 'veth-nginx', 'netns', NAME]],
  ['give it an address', ['ip', '-netns', NAME, 'address', 'add', `${ADDRESS}/24`, 'dev', 'veth-nginx']],
  ['set its loopback up', ['ip', '-netns', NAME, 'link', 'set', 'lo', 'up']],
  ['set the inner end up', ['ip', '-netns', NAME, 'link', 'set', 'veth-nginx', 'up']],
  ['set the outer end up', ['ip', 'link', 'set', 'veth-host', 'up']],
  ['route to it from the machine', ['ip', 'route', 'add', `${ADDRESS}/32`, 'dev', 'veth-host']],
  ['route back from it', ['ip', '-netns', NAME, 'route', 'add', 'default', 'via', ADDRESS, 'dev', 'veth-nginx']],
];
