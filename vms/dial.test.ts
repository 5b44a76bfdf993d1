import {expect, test} from 'vitest';
import {startCommand} from './command.ts';
import {awaitConnection} from './dial.ts';

const endpoint = {host: '10.9.9.2', port: 81};

/** Dials with a command that says this on standard error, and then ends in the way of the script. */
const dialled = async (said: string, script: string) => {
  const prefix = {file: 'sh', argv: ['-c'], env: {PATH: process.env['PATH'] ?? ''}};
  return awaitConnection(startCommand(prefix, [`printf '%s\\n' "$1" >&2; ${script}`, 'sh', said]), endpoint);
};

const line = (text: string): string => `2026/11/28 12:43:51 socat[28056] ${text}`;
const OPENING = line('N opening connection to AF=2 10.9.9.2:81');
const EXIT = line('N exit(1)');

test.for([
  ['1.7.4', 'ECONNREFUSED', ['E connect(5, AF=2 10.9.9.2:81, 16): Connection refused']],
  ['1.7.4', 'EHOSTUNREACH', ['E connect(5, AF=2 10.9.9.2:81, 16): No route to host']],
  [
    '1.7.4',
    'ENETUNREACH',
    ['W recvmsg(): Resource temporarily unavailable', 'E connect(5, AF=2 10.9.9.2:81, 16): Network is unreachable'],
  ],
  ['1.7.4', 'ETIMEDOUT', ['E connecting to AF=2 10.9.9.2:81: Connection timed out']],
  ['1.7.4', 'ECONNRESET', ['E connect(5, AF=2 10.9.9.2:81, 16): Connection reset by peer']],
  [
    '1.8',
    'ECONNREFUSED',
    ['W connect(5, AF=2 10.9.9.2:81, 16): Connection refused', 'E TCP4:10.9.9.2:81: Connection refused'],
  ],
  [
    '1.8',
    'ETIMEDOUT',
    ['W connecting to AF=2 10.9.9.2:81: Connection timed out', 'E TCP4:10.9.9.2:81: Operation now in progress'],
  ],
] as const)('socat %s says %s', async ([, code, words]) => {
  const said = [OPENING, ...words.map(line), EXIT].join('\n');
  await expect(dialled(said, 'exit 1')).rejects.toMatchObject({name: 'DialError', code});
});

test.for([
  ['nsenter: cannot open /proc/7/ns/net: No such file or directory', 'exit 1', 'exit code 1, nsenter: cannot open'],
  ['enter.sh: the machine is gone', 'exit 125', 'exit code 125, enter.sh: the machine is gone'],
  ['connect to 127.0.0.1 port 22: Connection refused', 'exit 255', 'exit code 255, connect to'],
  [OPENING, 'kill -KILL $$', `SIGKILL, ${OPENING}`],
  [
    `${OPENING}\n${line('E connect(5, AF=2 10.9.9.2:81, 16): Cannot assign requested address')}`,
    'exit 1',
    `exit code 1, ${OPENING} | `,
  ],
] as const)('that nothing was asked is no silence: %s', async ([said, script, words]) => {
  await expect(dialled(said, script)).rejects.toMatchObject({
    failureClass: 'guest',
    message: expect.stringContaining(`Cannot ask "10.9.9.2:81" for a connection: ${words}`),
  });
});

test('a connection that stands is handed out', async () => {
  const socket = await dialled(line('N starting data transfer loop with FDs [0,1] and [5,5]'), 'cat');
  socket.end('welcome');
  expect(await socket.setEncoding('utf8').toArray()).toEqual(['welcome']);
});
