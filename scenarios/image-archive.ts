import type {ScenarioContext} from '../harness/scenario/definition.ts';

/** An entry of https://github.com/opencontainers/image-spec/blob/v1.1.0/image-index.md, as far as it is followed. */
interface Descriptor {
  readonly digest: string;
}

/** An index has `manifests`, a manifest `layers`: https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md */
interface IndexOrManifest {
  readonly manifests?: readonly Descriptor[];
  readonly layers?: readonly Descriptor[];
}

/** An archive of one image in a machine, as `docker save` and `ctr images export` write it. */
export class ImageArchive {
  readonly #machine: ScenarioContext['machine'];
  readonly #file: string;

  constructor({machine}: Pick<ScenarioContext, 'machine'>, file: string) {
    this.#machine = machine;
    this.#file = file;
  }

  /** Names of its members, in their order. */
  async members(): Promise<string[]> {
    return (await this.#machine.succeed(['tar', '-tf', this.#file])).trim().split('\n');
  }

  /**
   * What its `manifest.json`, from which `docker load` goes, names as layers: the digests of what the archive really has there.
   * https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format
   */
  async contentOfLayers(): Promise<string[]> {
    const [image] = (await this.#json('manifest.json')) as readonly {readonly Layers: readonly string[]}[];
    const digests: string[] = [];
    for (const member of image?.Layers ?? []) {
      const hash = 'tar -xOf "$1" "$2" | sha256sum';
      const [digest] = (await this.#machine.succeed(['sh', '-c', hash, 'sh', this.#file, member])).split(' ');
      digests.push(`sha256:${digest}`);
    }
    return digests;
  }

  /** The digests that the manifests of its OCI layout give of layers. */
  async layersOfLayout(): Promise<string[]> {
    return this.#layersOf((await this.#json('index.json')) as IndexOrManifest);
  }

  async #layersOf({manifests = [], layers = []}: IndexOrManifest): Promise<string[]> {
    const digests = layers.map(({digest}) => digest);
    for (const {digest} of manifests) {
      const blob = await this.#json(`blobs/${digest.replace(':', '/')}`);
      digests.push(...(await this.#layersOf(blob as IndexOrManifest)));
    }
    return digests;
  }

  async #json(member: string): Promise<unknown> {
    return JSON.parse(await this.#machine.succeed(['tar', '-xOf', this.#file, member]));
  }
}
