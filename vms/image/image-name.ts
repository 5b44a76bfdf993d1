import {UsageError} from '../errors.ts';

/** The parts of a full image name. */
export interface ImageName {
  /** As in `docker.io`. */
  readonly registry: string;
  /** As in `library/nginx`. */
  readonly repository: string;
  /** As in `latest`. */
  readonly tag: string;
}

/** Takes a full image name apart. Throws {@link UsageError} when a part is missing: the names of images are written out here. */
export const parseImageName = (name: string): ImageName => {
  const groups = fullName.exec(name)?.groups;
  const {registry, repository, tag} = groups ?? {};
  if (registry === undefined || repository === undefined || tag === undefined) {
    throw new UsageError(
      `Cannot use image "${name}": its name has to be full, with registry, repository and tag, as in docker.io/library/nginx:latest`,
    );
  }
  return {registry, repository, tag};
};

/** https://github.com/distribution/reference/blob/v0.6.0/reference.go */
const fullName =
  /^(?<registry>[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::\d+)?)\/(?<repository>[a-z0-9]+(?:(?:\.|_{1,2}|-+|\/)[a-z0-9]+)*):(?<tag>[\w][\w.-]{0,127})$/u;
