import {answers, either, silent, type TruthTables} from '../harness/probe/truth-table.ts';

const answersInside = {container: answers} as const;

/** Its own address is known to the machine alone: nobody else has a route that the machine would forward. */
const machineOnly = {harness: silent, machine: answers, neighbour: silent} as const;

/** What docker, ctr and runc make of a server's network, as long as nothing is broken. */
export const usualReach = {
  docker: {
    published: {
      port: {harness: answers, machine: answers, neighbour: answers},
      // Up to docker 27 whoever has a route to a container reaches its published ports; docker 28 drops what did not come by the map.
      // https://github.com/moby/moby/pull/48724
      address: {harness: either, machine: answers, neighbour: either},
      loopback: answersInside,
    },
  },
  ctr: {
    isolated: {
      port: {harness: silent, machine: silent, neighbour: silent},
      loopback: answersInside,
    },
    netns: {address: machineOnly, loopback: answersInside},
    cni: {address: machineOnly, loopback: answersInside},
  },
  runc: {
    netns: {address: machineOnly, loopback: answersInside},
  },
} satisfies Readonly<Record<string, Partial<TruthTables>>>;
