import type {Machine} from '../../vms/machine.ts';

/** Addresses of the network that the machine shares with its neighbour (TEST-NET-2, RFC 5737). */
export const LAN = {machine: '198.51.100.1', neighbour: '198.51.100.2', prefix: 24} as const;

/** Network namespace, in the machine, that plays the neighbour. */
export const NEIGHBOUR_NETNS = '/run/netns/neighbour';

/**
 * Shell script that gives a machine a neighbour: another host on a network of the machine, which uses the machine as its gateway. It
 * goes with the machine. Does nothing where there is one.
 */
export const neighbourScript = `set -eu
[ ! -e ${NEIGHBOUR_NETNS} ] || exit 0
ip netns add neighbour
ip -batch - <<COMMANDS
link add lan0 type veth peer name lan0 netns neighbour
address add ${LAN.machine}/${LAN.prefix} dev lan0
link set lan0 up
COMMANDS
ip -netns neighbour -batch - <<COMMANDS
address add ${LAN.neighbour}/${LAN.prefix} dev lan0
link set lo up
link set lan0 up
route add default via ${LAN.machine}
COMMANDS
`;

/** Runs {@link neighbourScript} in a machine. */
export const addNeighbour = async (machine: Machine): Promise<void> => {
  await machine.succeed(['sh', '-c', neighbourScript]);
};
