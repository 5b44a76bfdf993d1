import {Pool} from 'undici';
import {PlumblineError} from '../../../vms/errors.ts';
import type {ProgressEvent} from '../../report/progress.ts';
import type {
  KeepAnswer,
  KeepRequest,
  Lease,
  LeaseRefusal,
  LeaseRequest,
  PauseAnswer,
  PauseRequest,
  PulseRequest,
  ReleaseRequest,
} from '../desk-protocol.ts';
import type {AfterPause} from '../pause.ts';

/** Between two pulses. */
const LONGEST_PAUSE_MS = 5000;

/** A worker's side of the desk. */
export class DeskClient {
  readonly #pool: Pool;
  /** Events are told in the order in which they happened. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(socketPath: string) {
    this.#pool = new Pool('http://desk', {connect: {socketPath}, headersTimeout: 0, bodyTimeout: 0});
  }

  /** Waits for a machine. Throws a {@link PlumblineError} with the reason when there is none to be had. */
  async lease(request: LeaseRequest): Promise<Lease> {
    const {status, answer} = await this.#post('/lease', request);
    if (status !== 200) {
      const {class: failureClass, sentence} = answer as LeaseRefusal;
      throw new PlumblineError(failureClass, sentence);
    }
    return answer as Lease;
  }

  async release(request: ReleaseRequest): Promise<void> {
    await this.#post('/release', request);
  }

  /** Whether the machine is to be left as the failed cell left it. */
  async keep(request: KeepRequest): Promise<boolean> {
    return ((await this.#post('/keep', request)).answer as KeepAnswer).kept;
  }

  /** Waits until a person has looked. */
  async pause(request: PauseRequest): Promise<AfterPause> {
    return ((await this.#post('/pause', request)).answer as PauseAnswer).afterwards;
  }

  /** Says over and over that the cell is running, until it is disposed of. */
  beat(pulse: PulseRequest): AsyncDisposable {
    // One after another: a late one must not come after the end.
    let told: Promise<unknown> = this.#post('/pulse', pulse);
    const beat = (): void => {
      told = told.then(() => this.#post('/pulse', pulse));
    };
    const beating = setInterval(beat, Math.min(LONGEST_PAUSE_MS, pulse.withinMs / 4));
    return {
      [Symbol.asyncDispose]: async () => {
        clearInterval(beating);
        await told;
        await this.#post('/rest', pulse);
      },
    };
  }

  /** Tells the tool what happens; does not wait for it to listen. */
  tell(event: ProgressEvent): void {
    this.#told = this.#told.then(() => this.#post('/event', event));
  }

  /** Resolves once everything has been told. */
  async flush(): Promise<void> {
    await this.#told;
  }

  async #post(path: string, body: unknown): Promise<{readonly status: number; readonly answer: unknown}> {
    const {statusCode, body: answer} = await this.#pool.request({
      method: 'POST',
      path,
      body: JSON.stringify(body),
      headers: {'content-type': 'application/json'},
    });
    return {status: statusCode, answer: await answer.json()};
  }
}
