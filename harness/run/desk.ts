import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {json} from 'node:stream/consumers';
import {failureRecordOf} from '../report/failure.ts';
import type {ProgressListener} from '../report/progress.ts';
import type {
  DeskEvent,
  KeepAnswer,
  KeepRequest,
  LeaseRequest,
  PauseAnswer,
  PauseRequest,
  PulseRequest,
  ReleaseRequest,
} from './desk-protocol.ts';
import type {MachinePool} from './machine-pool.ts';
import type {AfterPause, Paused} from './pause.ts';
import type {Pulses} from './pulses.ts';

/** Opens the desk on a Unix socket, for the workers of this run alone. */
export const openDesk = async (
  socketPath: string,
  pool: MachinePool,
  pulses: Pulses,
  listener: ProgressListener,
  onPause: (paused: Paused) => Promise<AfterPause>,
): Promise<AsyncDisposable> => {
  const handlers: Readonly<Record<string, (body: unknown) => Promise<unknown>>> = {
    '/lease': async (body) => pool.lease(body as LeaseRequest),
    '/release': async (body) => {
      pool.release(body as ReleaseRequest);
    },
    '/keep': (body) => Promise.resolve({kept: pool.keepAsItIs(body as KeepRequest)} satisfies KeepAnswer),
    '/pause': async (body) => ({afterwards: await onPause(body as PauseRequest)}) satisfies PauseAnswer,
    '/pulse': (body) => {
      pulses.feel(body as PulseRequest);
      return Promise.resolve();
    },
    '/rest': (body) => {
      pulses.rest((body as PulseRequest).lane);
      return Promise.resolve();
    },
    '/event': (body) => {
      listener(body as DeskEvent);
      return Promise.resolve();
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const handler = handlers[request.url ?? ''];
    try {
      const result = await handler?.(await json(request));
      response
        .writeHead(handler === undefined ? 404 : 200, {'content-type': 'application/json'})
        .end(JSON.stringify(result ?? {}));
    } catch (error) {
      response.writeHead(503, {'content-type': 'application/json'}).end(JSON.stringify(failureRecordOf(error)));
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
