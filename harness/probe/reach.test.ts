import {once} from 'node:events';
import {connect, createServer, type AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {MachineError} from '../../vms/errors.ts';
import type {ExecResult} from '../../vms/machine.ts';
import {checkReach, reachFailure, type ReachContext} from './reach.ts';

/** A published workload that answers with these in turn, and with the last one from then on. */
const answering = async (...answers: readonly string[]): Promise<ReachContext> => {
  const left = [...answers];
  const next = () => (left.length > 1 ? left.shift() : left[0]) ?? '';
  const server = createServer((socket) => void socket.once('data', () => socket.end(next())));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const {port} = server.address() as AddressInfo;
  return {
    machine: {
      // A busy host may take a while to answer where silence is expected.
      traits: {slowness: 1, latency: 20, address: '127.0.0.1'},
      exec: () => Promise.resolve({exitCode: 0}),
      dialFromOutside: async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      },
    },
    workload: {publishedPort: 8080, answer: {status: 200, contains: 'welcome'}},
    network: 'published',
    running: {name: 'it', pid: 1, logs: async () => ''},
    signal: new AbortController().signal,
  } as unknown as ReachContext;
};

test.for([
  ['answers', false],
  ['silent', false],
  ['either', true],
] as const)('where it is "%s", an answer that breaks off holds: %s', async ([expected, held]) => {
  const context = await answering('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nwelcome');
  const records = await checkReach(context, [{route: 'port', vantage: 'harness', expected}], 100);
  expect(records.map((record) => record.held)).toEqual([held]);
  expect(reachFailure(records)?.message).toBe(
    held
      ? undefined
      : `Cannot confirm "harness ${expected} on http://127.0.0.1:8080": it answered with 200, and broke off: UND_ERR_SOCKET`,
  );
});

test('a first answer that breaks off is not the last word of a workload that comes up', async () => {
  const context = await answering(
    'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nwelcome',
    'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nwelcome',
  );
  expect(await checkReach(context, [{route: 'port', vantage: 'harness', expected: 'answers'}])).toMatchObject([
    {held: true},
  ]);
});

test('a workload that dies within its answer is said to have died', async () => {
  const context = await answering('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nwelcome');
  let looks = 0;
  context.machine.exec = async () => ({exitCode: (looks += 1) === 1 ? 0 : 1}) as unknown as ExecResult;
  await expect(checkReach(context, [{route: 'port', vantage: 'harness', expected: 'answers'}])).rejects.toMatchObject({
    failureClass: 'workload',
  });
});

test.for(['answers', 'silent'] as const)(
  'where it is "%s", a probe that could not be sent is no silence',
  async (expected) => {
    const context = await answering('');
    const lost = new MachineError('the connection to the machine is lost');
    context.machine.dialFromOutside = () => Promise.reject(lost);
    const entry = {route: 'port', vantage: 'harness', expected} as const;
    await expect(checkReach(context, [entry])).rejects.toBe(lost);
  },
);

test('a probe that could not be sent, for the workload has died, says so', async () => {
  const context = await answering('');
  context.machine.dialFromOutside = () => Promise.reject(new MachineError('nsenter: cannot open /proc/1/ns/net'));
  let looks = 0;
  context.machine.exec = async () => ({exitCode: (looks += 1) === 1 ? 0 : 1}) as unknown as ExecResult;
  await expect(checkReach(context, [{route: 'port', vantage: 'harness', expected: 'silent'}])).rejects.toMatchObject({
    failureClass: 'workload',
    seen: "nsenter: cannot open /proc/1/ns/net, and the workload's init is gone",
  });
});
