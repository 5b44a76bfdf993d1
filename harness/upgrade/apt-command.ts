/**
 * The command that installs package files in a machine without a network, asking nobody and keeping the configuration that is there:
 * https://manpages.debian.org/bookworm/apt/apt-get.8.en.html
 */
export const installArgv = (files: readonly string[]): readonly string[] => [
  'apt-get',
  'install',
  '--yes',
  '--no-install-recommends',
  // The files belong to root alone, and apt's own user could not read them.
  '--option=APT::Sandbox::User=root',
  '--option=Dpkg::Options::=--force-confdef',
  '--option=Dpkg::Options::=--force-confold',
  // The machine is thrown away.
  '--option=Dpkg::Options::=--force-unsafe-io',
  ...files,
];

/** Environment of {@link installArgv}. */
export const installEnvironment = {DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8'} as const;

/**
 * Keeps maintainer scripts from starting and stopping daemons: an exit code of 101 forbids every action.
 * https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
 */
export const servicePolicy = {
  path: '/usr/sbin/policy-rc.d',
  content: '#!/bin/sh\nexit 101\n',
  mode: 0o755,
} as const;

/** What apt and dpkg say of a failure: the lines they mark as errors, or their last ones where none is marked. */
export const lastWords = (output: string): string => {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const marked = lines.filter((line) => /^(?:E:|dpkg: error|Errors were|subprocess )/u.test(line.trim()));
  return (marked.length > 0 ? marked : lines)
    .slice(-4)
    .map((line) => line.trim().replace(/\.$/u, '').slice(0, 240))
    .join(' | ');
};
