import {once} from 'node:events';
import {connect, createServer, type AddressInfo, type Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {probe, type ProbeResult} from './probe.ts';

/** Probes a server that does this with each connection once it was asked. What is said in time may take a busy host a while. */
const probed = async (answer: (socket: Socket) => void, timeoutMs = 5000): Promise<ProbeResult> => {
  const server = createServer((socket) => void socket.once('data', () => answer(socket)));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const {port} = server.address() as AddressInfo;
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  return probe(dial, `http://127.0.0.1:${port}`, timeoutMs);
};

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n';

test('a whole answer is one', async () => {
  const result = await probed((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nwelcome'));
  expect(result).toMatchObject({kind: 'answer', status: 200, body: 'welcome', brokenOff: undefined});
});

test('an answer whose body breaks off is one, with what came of it', async () => {
  const result = await probed((socket) => socket.end(`${HEAD}welcome`));
  expect(result).toMatchObject({kind: 'answer', status: 200, body: 'welcome', brokenOff: 'UND_ERR_SOCKET'});
});

test('an answer that stalls after its head is one', async () => {
  const result = await probed((socket) => socket.write(HEAD), 1000);
  expect(result).toMatchObject({kind: 'answer', status: 200, body: '', brokenOff: 'no end within 1000 ms'});
});

test('who says nothing is silent', async () => {
  expect(await probed(() => {}, 250)).toEqual({kind: 'silent', reason: 'no answer within 250 ms'});
});

test('who closes without a word is silent', async () => {
  expect(await probed((socket) => socket.end())).toEqual({kind: 'silent', reason: 'UND_ERR_SOCKET'});
});
