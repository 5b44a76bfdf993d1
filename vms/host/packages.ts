import {existsSync} from 'node:fs';
import type {Requirement} from '../machine.ts';
import {hasProgram, searchPath} from './search-path.ts';

/**
 * What a host can be wanted for: to bake roots, to run machines in namespaces, to run them in qemu,
 * to have Vagrant run them, to pull images from their real registry, to open reports in a browser as tests do.
 */
export type HostNeed = 'bake' | 'sandbox' | 'qemu' | 'vagrant' | 'pull' | 'browser';

/** A package of Debian and Ubuntu, and what shows that it, or the same from elsewhere, is there. */
export interface HostPackage {
  readonly name: string;
  readonly needs: readonly HostNeed[];
  /** Programs it brings; looked for on the search path. */
  readonly programs: readonly string[];
  /** Files it brings, as absolute paths. */
  readonly files: readonly string[];
}

/** A package that is not there, with the programs and files of it that were not found. */
export interface MissingPackage {
  readonly name: string;
  readonly lacking: readonly string[];
}

/** What {@link missingPackages} may take the place of; each has a default. */
export interface PackageSearch {
  readonly packages?: readonly HostPackage[];
  /** Folders in which programs are looked for. */
  readonly folders?: readonly string[];
}

/** The packages that are not there for these needs, in the order of the table. Nothing is started. */
export async function missingPackages(
  needs: readonly HostNeed[],
  {packages = hostPackages(), folders = searchPath()}: PackageSearch = {},
): Promise<readonly MissingPackage[]> {
  const wanted = packages.filter((candidate) => candidate.needs.some((need) => needs.includes(need)));
  const looked = await Promise.all(
    wanted.map(async (candidate) => ({name: candidate.name, lacking: await lackingParts(candidate, folders)})),
  );
  return looked.filter(({lacking}) => lacking.length > 0);
}

/** {@link missingPackages} as what a host has to have, one sentence each; `remedy` is the command that installs them. */
export async function packageRequirements(
  needs: readonly HostNeed[],
  remedy: string,
  search?: PackageSearch,
): Promise<readonly Requirement[]> {
  const missing = await missingPackages(needs, search);
  return missing.map(({name, lacking}) => ({
    sentence: `${lacking.join(' and ')} of the package ${name} ${lacking.length === 1 ? 'is' : 'are'} not installed`,
    remedy,
  }));
}

/**
 * Every package that a host may need, by the names of Debian and Ubuntu (https://packages.debian.org).
 * Which one has qemu depends on the architecture, given in the words of `process.arch`.
 */
export function hostPackages(architecture: string = process.arch): readonly HostPackage[] {
  return [...COMMON, architecture === 'arm64' ? QEMU_ARM : QEMU_X86];
}

const COMMON: readonly HostPackage[] = [
  {name: 'mmdebstrap', needs: ['bake'], programs: ['mmdebstrap'], files: []},
  {
    // Part of every Debian; on Ubuntu it is what lets a Debian suite be verified.
    name: 'debian-archive-keyring',
    needs: ['bake'],
    programs: [],
    files: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
  },
  {name: 'tar', needs: ['bake'], programs: ['tar'], files: []},
  {name: 'gzip', needs: ['bake'], programs: ['gzip'], files: []},
  {
    name: 'util-linux',
    needs: ['bake', 'sandbox', 'vagrant'],
    programs: ['unshare', 'nsenter', 'setpriv', 'flock', 'prlimit', 'ionice'],
    files: [],
  },
  {name: 'mount', needs: ['bake', 'sandbox', 'vagrant'], programs: ['mount', 'umount'], files: []},
  {name: 'iproute2', needs: ['sandbox', 'vagrant'], programs: ['ip'], files: []},
  {name: 'e2fsprogs', needs: ['qemu', 'vagrant'], programs: ['mke2fs'], files: []},
  {name: 'openssh-client', needs: ['qemu', 'vagrant'], programs: ['ssh', 'ssh-keygen'], files: []},
  {name: 'qemu-utils', needs: ['qemu', 'vagrant'], programs: ['qemu-img'], files: []},
  {name: 'vagrant', needs: ['vagrant'], programs: ['vagrant'], files: []},
  {
    name: 'vagrant-libvirt',
    needs: ['vagrant'],
    programs: [],
    files: ['/usr/share/vagrant-plugins/plugins.d/vagrant-libvirt.json'],
  },
  // Brings libvirtd and virsh, which are packages of their own, with what they need to make a network.
  {name: 'libvirt-daemon-system', needs: ['vagrant'], programs: ['libvirtd', 'virsh', 'iptables'], files: []},
  {name: 'dnsmasq-base', needs: ['vagrant'], programs: ['dnsmasq'], files: []},
  {name: 'socat', needs: ['vagrant'], programs: ['socat'], files: []},
  {name: 'chromium', needs: ['browser'], programs: ['chromium'], files: []},
  {name: 'skopeo', needs: ['pull'], programs: ['skopeo'], files: []},
];

const QEMU_X86: HostPackage = {
  name: 'qemu-system-x86',
  needs: ['qemu', 'vagrant'],
  programs: ['qemu-system-x86_64'],
  files: [],
};

const QEMU_ARM: HostPackage = {
  name: 'qemu-system-arm',
  needs: ['qemu'],
  programs: ['qemu-system-aarch64'],
  files: [],
};

const lackingParts = async (candidate: HostPackage, folders: readonly string[]): Promise<readonly string[]> => {
  const programs = await Promise.all(
    candidate.programs.map(async (program) => ((await hasProgram(program, folders)) ? [] : [program])),
  );
  return [...programs.flat(), ...candidate.files.filter((file) => !existsSync(file))];
};
