import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {HostError, ProvisionError} from '../../vms/errors.ts';
import type {MissingPackage} from '../../vms/host/packages.ts';
import {setup} from './setup.ts';
import type {SetupOptions} from './setup.ts';

const mmdebstrap: MissingPackage = {name: 'mmdebstrap', lacking: ['mmdebstrap']};
const iproute2: MissingPackage = {name: 'iproute2', lacking: ['ip']};

/** Runs `setup` on a host that lacks these packages until `apt-get install` has ended well. */
const attempt = async (
  missing: readonly MissingPackage[],
  options: Partial<SetupOptions> & {installs?: boolean} = {},
) => {
  const stream = new PassThrough({encoding: 'utf8'});
  const commands: string[] = [];
  let lacking = missing;
  const outcome: unknown = await setup({
    stream,
    interactive: false,
    isRoot: true,
    isInstalled: async () => true,
    lookUp: async () => lacking,
    colour: false,
    ask: async () => {
      throw new Error('nobody is to be asked');
    },
    run: async (argv) => {
      commands.push(argv.join(' '));
      if (argv.includes('install') && options.installs !== false) lacking = [];
      return {exitCode: 0, output: ''};
    },
    ...options,
  }).catch((error: unknown) => error);
  return {outcome, commands, output: String(stream.read() ?? '')};
};

const APT_GET = 'env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120';

test('nothing is run when nothing is missing', async () => {
  expect(await attempt([])).toEqual({
    outcome: 0,
    commands: [],
    output: '✓ Nothing to install: this host has every package it needs\n',
  });
});

test('what is missing is installed, without a question where there is no terminal', async () => {
  const {outcome, commands, output} = await attempt([mmdebstrap, iproute2]);
  expect(outcome).toBe(0);
  expect(commands).toEqual([`${APT_GET} update`, `${APT_GET} install -y --no-install-recommends mmdebstrap iproute2`]);
  expect(output.replaceAll(/\d\.\d\d s/gv, '0.00 s')).toBe(
    [
      'Not installed: mmdebstrap iproute2',
      '✓     0.00 s  Update the lists of packages',
      '✓     0.00 s  Install mmdebstrap iproute2',
      '✓ This host has every package it needs',
      '',
    ].join('\n'),
  );
});

test('on a terminal the answer decides, and --yes spares the question', async () => {
  const accepted = await attempt([mmdebstrap], {interactive: true, ask: async () => true});
  expect(accepted.commands).toHaveLength(2);
  const refused = await attempt([mmdebstrap], {interactive: true, ask: async () => false});
  expect(refused.outcome).toBeInstanceOf(HostError);
  expect(refused.outcome).toMatchObject({message: 'Cannot install "mmdebstrap": the answer was no'});
  expect(refused.commands).toEqual([]);
  expect((await attempt([mmdebstrap], {interactive: true, yes: true})).outcome).toBe(0);
});

test('sudo is used by who is not root, and asks for a password only where someone can give it', async () => {
  const silent = await attempt([mmdebstrap], {isRoot: false});
  expect(silent.commands[0]).toBe(`sudo --non-interactive ${APT_GET} update`);
  const spoken = await attempt([mmdebstrap], {isRoot: false, interactive: true, yes: true});
  expect(spoken.commands[0]).toBe(`sudo ${APT_GET} update`);
});

test('without a way to become root the command for root is the remedy', async () => {
  const {outcome} = await attempt([mmdebstrap], {isRoot: false, isInstalled: async (program) => program !== 'sudo'});
  expect(outcome).toMatchObject({
    message: 'Cannot install "mmdebstrap": the tool does not run as root, and there is no sudo',
    requirements: [{remedy: 'su -c "apt-get install -y --no-install-recommends mmdebstrap"'}],
  });
});

test('a system without apt-get is told what is needed', async () => {
  const {outcome, commands} = await attempt([mmdebstrap, iproute2], {isInstalled: async () => false});
  expect(outcome).toBeInstanceOf(HostError);
  expect(outcome).toMatchObject({requirements: [{sentence: 'Not installed: mmdebstrap, iproute2'}]});
  expect(commands).toEqual([]);
});

test('the output of a failed installation is shown', async () => {
  const {outcome, output} = await attempt([mmdebstrap], {
    run: async (argv) =>
      argv.includes('install')
        ? {
            exitCode: 100,
            output: 'Reading package lists...\n\u001B[31mE: Unable to locate package mmdebstrap\u001B[0m\n',
          }
        : {exitCode: 0, output: 'Hit:1 http://deb.debian.org'},
  });
  expect(outcome).toBeInstanceOf(ProvisionError);
  expect(outcome).toMatchObject({
    message: 'Cannot install "mmdebstrap": E: Unable to locate package mmdebstrap',
  });
  expect(output).toContain('    E: Unable to locate package mmdebstrap\n');
  expect(output).not.toContain('Hit:1');
});

test('lists that can not be updated do not keep packages from being installed', async () => {
  let lacking: readonly MissingPackage[] = [mmdebstrap];
  const {outcome, output} = await attempt([mmdebstrap], {
    lookUp: async () => lacking,
    run: async (argv) => {
      if (argv.includes('update')) return {exitCode: 100, output: 'E: The repository is not signed'};
      lacking = [];
      return {exitCode: 0, output: ''};
    },
  });
  expect(outcome).toBe(0);
  expect(output).toContain('E: The repository is not signed');
});

test('a package that brings nothing is not taken for success', async () => {
  const {outcome} = await attempt([iproute2], {installs: false});
  expect(outcome).toMatchObject({message: 'Cannot find "ip": apt-get says that iproute2 is installed'});
});
