import {expect, test} from 'vitest';
import {controlArgv, forwardArgv, knownHostsLine, sessionArgv} from './ssh-argv.ts';

const target = {
  host: '127.0.0.1',
  port: 40022,
  user: 'root',
  identity: '/m/key',
  knownHosts: '/m/known_hosts',
  control: '/m/ssh',
};

test('the control connection accepts the known host key only, and asks no one', () => {
  const argv = controlArgv(target);
  for (const option of [
    'StrictHostKeyChecking=yes',
    'UserKnownHostsFile=/m/known_hosts',
    'GlobalKnownHostsFile=/dev/null',
    'BatchMode=yes',
    'IdentitiesOnly=yes',
  ]) {
    expect(argv).toContain(option);
  }
  expect(argv.slice(0, 3)).toEqual(['ssh', '-F', 'none']);
  expect(argv.at(-1)).toBe('root@127.0.0.1');
  expect(argv[argv.indexOf('-p') + 1]).toBe('40022');
});

test('a session never opens a connection of its own', () => {
  const argv = sessionArgv(target);
  expect(argv).toContain('ControlMaster=no');
  expect(argv).toContain('ProxyCommand=false');
  expect(argv.at(-1)).toBe('--');
});

test('a socket is forwarded over the control connection', () => {
  expect(forwardArgv(target, '/h/docker.sock', '/run/docker.sock')).toEqual([
    'ssh',
    '-F',
    'none',
    '-S',
    '/m/ssh',
    '-O',
    'forward',
    '-L',
    '/h/docker.sock:/run/docker.sock',
    'machine',
  ]);
});

test('the host key goes by a name, since ports change', () => {
  expect(knownHostsLine('ssh-ed25519 AAAA')).toBe('machine ssh-ed25519 AAAA\n');
});
