import {GenericContainer, type StartedTestContainer} from 'testcontainers';
import {machineDockerd} from './docker-engine.ts';

/** A container whose early end is told at once: testcontainers goes on waiting for its ports to be bound, for ten seconds. */
export class WatchedContainer extends GenericContainer {
  readonly #ended = Promise.withResolvers<never>();
  readonly #failureOf: (exitCode: number) => Promise<Error>;

  /** `failureOf` makes the error that `start` rejects with when the container ends before it is up. */
  constructor(image: string, failureOf: (exitCode: number) => Promise<Error>) {
    super(image);
    this.#failureOf = failureOf;
    this.#ended.promise.catch(() => undefined); // A container that ends later is nobody's business here.
  }

  /** Adds to what is asked of the Engine API for it; `part` is a part of its `HostConfig`, of which testcontainers has no words for all. */
  withHostConfig(part: Readonly<Record<string, unknown>>): this {
    Object.assign(this.hostConfig, part);
    return this;
  }

  override start(): Promise<StartedTestContainer> {
    return Promise.race([super.start(), this.#ended.promise]);
  }

  protected override async containerCreated(id: string): Promise<void> {
    const end = (await machineDockerd()).getContainer(id).wait({condition: 'next-exit'}) as Promise<{
      StatusCode: number;
    }>;
    end.then(
      async ({StatusCode}) => this.#ended.reject(await this.#failureOf(StatusCode)),
      () => undefined, // dockerd is gone, which whoever asks it next will notice.
    );
  }
}
