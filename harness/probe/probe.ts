import type {Socket} from 'node:net';
import {Client, type buildConnector} from 'undici';
import {DialError} from '../../vms/dial.ts';

/** Opens the connection that a probe is sent over; rejects with a {@link DialError} when there is none within `timeoutMs`. */
export type Dial = (timeoutMs: number) => Promise<Socket>;

/** What came back on one HTTP request. */
export type ProbeResult =
  | {readonly kind: 'answer'; readonly status: number; readonly body: string; readonly firstByteMs: number}
  /** No HTTP answer. `reason` is an error code such as `ECONNREFUSED`, or `no answer within 300 ms`. */
  | {readonly kind: 'silent'; readonly reason: string};

const MOST_BODY_BYTES = 64 * 1024;

/**
 * Sends one `GET /` over a connection of its own. Never throws for what the other side does.
 * `firstByteMs` counts from the moment the connection stands to the first byte of the answer.
 */
export const probe = async (dial: Dial, url: string, timeoutMs: number): Promise<ProbeResult> => {
  let socket: Socket;
  try {
    socket = await dial(timeoutMs);
  } catch (error) {
    if (error instanceof DialError) {
      return {kind: 'silent', reason: error.code === 'ETIMEDOUT' ? `no connection within ${timeoutMs} ms` : error.code};
    }
    throw error;
  }
  const connectedAt = performance.now();
  const deadline = AbortSignal.timeout(timeoutMs);
  const client = new Client(url, {connect: once(socket)});
  try {
    const {statusCode, body} = await client.request({method: 'GET', path: '/', signal: deadline});
    const firstByteMs = performance.now() - connectedAt;
    return {kind: 'answer', status: statusCode, body: await firstBytes(body), firstByteMs};
  } catch (error) {
    return {kind: 'silent', reason: deadline.aborted ? `no answer within ${timeoutMs} ms` : codeOf(error)};
  } finally {
    await client.destroy();
    socket.destroy();
  }
};

/**
 * Gives undici a connection that stands. It asks again when that one is closed before the request was sent, and would be given the
 * closed one for ever.
 */
const once = (socket: Socket): buildConnector.connector => {
  let isGiven = false;
  return (_options, callback) => {
    // Never in the same turn: undici would spin for ever.
    setImmediate(() => {
      if (isGiven || socket.destroyed) {
        callback(Object.assign(new Error('The other side has closed the connection'), {code: 'ECONNRESET'}), null);
      } else {
        isGiven = true;
        callback(null, socket);
      }
    });
  };
};

const firstBytes = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MOST_BODY_BYTES) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES).toString('utf8');
};

const codeOf = (error: unknown): string => (error as {code?: string}).code ?? String(error);
