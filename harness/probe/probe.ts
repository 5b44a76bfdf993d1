import type {Socket} from 'node:net';
import {Client, type buildConnector} from 'undici';
import {DialError} from '../../vms/dial.ts';

/** Opens the connection that a probe is sent over; rejects with a {@link DialError} when there is none within `timeoutMs`. */
export type Dial = (timeoutMs: number) => Promise<Socket>;

/** What came back on one HTTP request. */
export type ProbeResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** As much as was read: it may be that not all of it came. */
      readonly body: string;
      /** Why not all of it came: an error code, or `no end within 300 ms`. */
      readonly brokenOff: string | undefined;
      readonly firstByteMs: number;
    }
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
  const reasonOf = (error: unknown, missing: string): string =>
    deadline.aborted ? `no ${missing} within ${timeoutMs} ms` : codeOf(error);
  const client = new Client(url, {connect: once(socket)});
  try {
    const {statusCode, body} = await client.request({method: 'GET', path: '/', signal: deadline});
    const firstByteMs = performance.now() - connectedAt;
    const {text, error} = await firstBytes(body);
    const brokenOff = error === undefined ? undefined : reasonOf(error, 'end');
    return {kind: 'answer', status: statusCode, body: text, brokenOff, firstByteMs};
  } catch (error) {
    return {kind: 'silent', reason: reasonOf(error, 'answer')};
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

/** Never throws: who sent the head of an answer has answered, whatever becomes of its body. */
const firstBytes = async (body: AsyncIterable<Buffer>): Promise<{readonly text: string; readonly error: unknown}> => {
  const chunks = [];
  let length = 0;
  let error: unknown;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MOST_BODY_BYTES) {
        break;
      }
    }
  } catch (thrown) {
    error = thrown;
  }
  return {text: Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES).toString('utf8'), error};
};

const codeOf = (error: unknown): string => (error as {code?: string}).code ?? String(error);
