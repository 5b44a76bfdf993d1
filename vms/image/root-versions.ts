import type {RuntimeSet} from '../runtimes/runtime-set.ts';

/** Upstream versions of the stack under test. */
export type StackVersions = RuntimeSet['versions'];

/**
 * Asks the binaries of a root for their versions: unlike the names of packages, these are the same whoever packaged them.
 * `inRoot` runs a command in the root and returns its standard output.
 */
export const foundVersions = async (inRoot: (argv: readonly string[]) => Promise<string>): Promise<StackVersions> => ({
  docker: upstreamVersion(await inRoot(['dockerd', '--version'])),
  containerd: upstreamVersion(await inRoot(['containerd', '--version'])),
  runc: upstreamVersion(await inRoot(['runc', '--version'])),
});

/** The first three-part version in what a program prints of itself; the whole line where there is none. */
export const upstreamVersion = (output: string): string => /\d+\.\d+\.\d+/u.exec(output)?.[0] ?? output.trim();
