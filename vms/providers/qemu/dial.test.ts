import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, type ListenOptions, type Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {DialError} from '../../dial.ts';
import {MachineError} from '../../errors.ts';
import {connectionFailure, dialThroughQemu} from './dial.ts';

const ADDRESS = '10.0.2.15';
const endpoint = {host: ADDRESS, port: 80};

/** A control socket that answers lines of QEMU's human monitor. */
const fakeQemu = async (monitor: (line: string) => Promise<string>) => {
  const folder = await mkdtemp(join(tmpdir(), 'dial-'));
  const control = join(folder, 'qmp');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('{"QMP": {}}\n');
    createInterface({input: socket}).on('line', (text) => {
      const line = (JSON.parse(text) as {arguments: {'command-line'?: string}}).arguments['command-line'];
      const answer = line === undefined ? Promise.resolve('') : monitor(line);
      void answer.then((said) => socket.write(`${JSON.stringify({return: said})}\n`));
    });
  });
  await listen(server, {path: control});
  onTestFinished(async () => rm(folder, {recursive: true}));
  return {control, network: 'net', address: ADDRESS, announce: async () => {}};
};

const listen = async (server: Server, where: ListenOptions): Promise<void> => {
  await new Promise<void>((resolve) => void server.listen(where, resolve));
  onTestFinished(() => void server.close());
};

/** The port of this host in a line such as `hostfwd_add net tcp:127.0.0.1:45671-10.0.2.15:80`. */
const hostPort = (line: string): number => Number(/127\.0\.0\.1:(\d+)/u.exec(line)?.[1]);

test('what QEMU says of another thing than a taken port is told in its words, at once', async () => {
  const lines: string[] = [];
  const through = await fakeQemu(async (line) => {
    lines.push(line);
    return "unrecognized netdev id 'net'\r\n";
  });
  const refused = dialThroughQemu(through, endpoint, 1000);
  await expect(refused).rejects.toThrow("Cannot lead a port to the machine: unrecognized netdev id 'net'");
  await expect(refused).rejects.toBeInstanceOf(MachineError);
  expect(lines).toHaveLength(1);
});

test('of what is behind the machine QEMU is told before it is asked for a way there', async () => {
  const seen: string[] = [];
  const through = await fakeQemu(async (line) => {
    seen.push(line.replace(/127\.0\.0\.1:\d+/u, 'HERE'));
    return 'no';
  });
  const announce = async (address: string): Promise<void> => void seen.push(`announce ${address}`);
  const refused = dialThroughQemu({...through, announce}, {host: '192.168.10.1', port: 80}, 1000);
  await expect(refused).rejects.toThrow('no');
  expect(seen).toEqual(['announce 192.168.10.1', 'hostfwd_add net tcp:HERE-192.168.10.1:80']);
});

test('ports that are all taken are no silence of the machine', async () => {
  const through = await fakeQemu(async (line) => `Could not set up host forwarding rule '${line.split(' ')[2]}'\r\n`);
  const refused = dialThroughQemu(through, endpoint, 1000);
  await expect(refused).rejects.toBeInstanceOf(MachineError);
});

test('a port that is taken is followed by another one, and a QEMU that is slow to listen takes nothing of the time', async () => {
  let isTaken = true;
  let port = 0;
  const through = await fakeQemu(async (line) => {
    if (line === 'info usernet') return `  TCP[ESTABLISHED] 23 127.0.0.1 ${port} ${ADDRESS} 80 0 0\r\n`;
    if (line.startsWith('hostfwd_remove')) return 'removed\r\n';
    if (isTaken) {
      isTaken = false;
      return `Could not set up host forwarding rule '${line.split(' ')[2]}'\r\n`;
    }
    port = hostPort(line);
    const forwarding = createServer((socket) => void socket.on('error', () => {}));
    await listen(forwarding, {port, host: '127.0.0.1'});
    await setTimeout(1500);
    return '';
  });
  const socket = await dialThroughQemu(through, endpoint, 1000);
  expect(socket.remotePort).toBe(port);
  socket.destroy();
});

/** A QEMU that listens, and whose table says of the connection what `states` do, one a time, the last one for ever. */
const listeningQemu = async (...states: (() => Promise<string>)[]) => {
  let port = 0;
  return fakeQemu(async (line) => {
    if (line.startsWith('hostfwd_add')) {
      port = hostPort(line);
      const forwarding = createServer((socket) => void socket.on('error', () => {}));
      await listen(forwarding, {port, host: '127.0.0.1'});
    }
    if (line !== 'info usernet') return '';
    const state = await (states.length > 1 ? states.shift() : states[0])?.();
    return `  TCP[${state}] 23 127.0.0.1 ${port} ${ADDRESS} 80 0 0\r\n`;
  });
};

test('a silence counts from when QEMU has asked the machine', async () => {
  const slow = await listeningQemu(
    async () => 'HOST_FORWARD',
    async () => setTimeout(1200, 'SYN_SENT'),
    async () => 'ESTABLISHED',
  );
  const socket = await dialThroughQemu(slow, endpoint, 1000);
  socket.destroy();
  const silent = await listeningQemu(async () => 'SYN_SENT');
  await expect(dialThroughQemu(silent, endpoint, 100)).rejects.toMatchObject({code: 'ETIMEDOUT'});
});

test('what this host lacks for a connection is no refusal of the machine', () => {
  const failureOf = (code: string) =>
    connectionFailure(endpoint, Object.assign(new Error(`connect ${code} 127.0.0.1:4567`), {code}));
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'])
    expect(failureOf(code)).toMatchObject({name: DialError.name, code: 'ECONNREFUSED'});
  expect(failureOf('EADDRNOTAVAIL')).toBeInstanceOf(MachineError);
  expect(failureOf('EMFILE').message).toBe('Cannot ask "10.0.2.15:80" for a connection: connect EMFILE 127.0.0.1:4567');
});
