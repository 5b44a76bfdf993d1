import type {Socket} from 'node:net';
import type {Readable} from 'node:stream';
import {MachineError} from './errors.ts';
import type {Endpoint, ExecResult, RunningCommand} from './machine.ts';

/** Codes of a connection that was not made, as Node and connect(2) name them. */
export type DialErrorCode = 'ECONNREFUSED' | 'ETIMEDOUT' | 'EHOSTUNREACH' | 'ENETUNREACH' | 'ECONNRESET';

/** A TCP connection that was not made. */
export class DialError extends Error {
  readonly code: DialErrorCode;

  constructor({host, port}: Endpoint, code: DialErrorCode, cause?: unknown) {
    super(`Cannot connect to "${host}:${port}": ${code}`, {cause});
    this.name = 'DialError';
    this.code = code;
  }
}

/**
 * Arguments of the socat(1) that opens a TCP connection and joins it to its own standard streams. With `-d -d` it says on
 * standard error when the connection stands, which tells connecting from waiting for an answer. It gives up connecting after `timeoutMs`.
 * `lingerSeconds`: for how long it waits for the rest from one side when the other has said all it has to say.
 */
export const dialArgv = ({host, port}: Endpoint, timeoutMs: number, lingerSeconds = 0.02): string[] => [
  'socat',
  '-d',
  '-d',
  // It ends by itself, soon after either side has closed: killed from outside it would stay a zombie in its machine for a while.
  '-t',
  String(lingerSeconds),
  '-',
  `TCP4:${host}:${port},connect-timeout=${timeoutMs / 1000}`,
];

/**
 * Turns a running {@link dialArgv} command into its connection. Rejects with a {@link DialError} when socat says that none could be made,
 * and with a {@link MachineError} when it does not: whatever else ended the command, nobody has refused or kept silent.
 */
export const awaitConnection = async (command: RunningCommand, endpoint: Endpoint): Promise<Socket> => {
  const said = await untilConnected(command.stderr);
  if (said.includes(CONNECTED)) return command.stream;
  const result = await command.ended;
  command.stream.destroy();
  const code = codeOf(said);
  throw code === undefined ? notAsked(endpoint, said, result) : new DialError(endpoint, code, said);
};

const CONNECTED = 'starting data transfer loop';

/** What socat said up to the moment the connection stood, or all it said when it never did. */
const untilConnected = (stderr: Readable): Promise<string> =>
  new Promise((resolve) => {
    let said = '';
    stderr.setEncoding('utf8');
    stderr.on('data', (text: string) => {
      said += text;
      if (said.includes(CONNECTED)) {
        resolve(said);
      }
    });
    stderr.once('end', () => resolve(said));
    stderr.once('error', () => resolve(said));
  });

const codeOf = (said: string): DialErrorCode | undefined => SENTENCES[NOT_CONNECTED.exec(said)?.groups?.['why'] ?? ''];

/**
 * What socat says of connect(2), and of the time it gave it: `E connect(5, AF=2 10.0.2.15:80, 16): Connection refused` and
 * `E connecting to AF=2 10.0.2.15:80: Connection timed out`. Versions from 1.8 on have a W there, and sum up in an E whose reason is
 * another after a timeout, "Operation now in progress".
 */
const NOT_CONNECTED = /socat\[\d+\] [EW] connect(?:\(|ing to ).*: (?<why>[^:\n]+)$/mu;

// strerror(3) in the C locale, which is what socat prints. Others, as that no port of its own is free, are about who asks.
const SENTENCES: Readonly<Record<string, DialErrorCode>> = {
  'Connection refused': 'ECONNREFUSED',
  'Connection timed out': 'ETIMEDOUT',
  'No route to host': 'EHOSTUNREACH',
  'Network is unreachable': 'ENETUNREACH',
  'Connection reset by peer': 'ECONNRESET',
};

const notAsked = ({host, port}: Endpoint, said: string, {argv, exitCode, signal}: ExecResult): MachineError => {
  const ended = signal ?? `exit code ${exitCode}`;
  const words = said.trim().split('\n').slice(-3).join(' | ');
  return new MachineError(`Cannot ask "${host}:${port}" for a connection: ${ended}${words && `, ${words}`}`, {
    command: argv,
    expected: 'a connection, or why there is none',
    seen: words ? `${ended}: ${words}` : ended,
  });
};
