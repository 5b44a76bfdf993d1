import type {Thing, ThingKind} from '../thing.ts';
import {textOf} from './sections.ts';
import type {Sections} from './sections.ts';

/** As much of the lists of the Engine API as is read: https://docs.docker.com/reference/api/engine/ */
interface ContainerJson {
  readonly Id: string;
  readonly Names: readonly string[] | null;
  readonly State: string;
}
interface ImageJson {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}
interface NamedJson {
  readonly Id?: string;
  readonly Name: string;
  readonly Driver: string;
}

/** What dockerd says it holds. An image is one thing, and each of its tags another. */
export const parseDocker = (sections: Sections): Thing[] => [
  ...listOf<ContainerJson>(sections, 'docker containers').map(({Id, Names, State}) =>
    thingOf('docker container', Id, `docker container "${Names?.[0]?.slice(1) ?? Id.slice(0, 12)}", ${State}`),
  ),
  ...listOf<NamedJson>(sections, 'docker networks').map(({Id, Name, Driver}) =>
    thingOf('docker network', `${Name} ${Id}`, `docker network "${Name}" of driver ${Driver}`),
  ),
  ...volumesOf(sections).map(({Name, Driver}) =>
    thingOf('docker volume', Name, `docker volume "${Name}" of driver ${Driver}`),
  ),
  ...listOf<ImageJson>(sections, 'docker images').flatMap(({Id, RepoTags}) => [
    thingOf('docker image', Id, `docker image "${Id}"`),
    ...(RepoTags ?? []).map((tag) => thingOf('docker image', `${tag} ${Id}`, `docker image tag "${tag}" of ${Id}`)),
  ]),
];

const thingOf = (kind: ThingKind & `docker ${string}`, identity: string, detail: string): Thing => ({
  kind,
  identity,
  owner: 'dockerd',
  detail,
  source: `${kind}s`,
});

const listOf = <T>(sections: Sections, name: string): T[] => JSON.parse(textOf(sections, name) || '[]') as T[];
const volumesOf = (sections: Sections): NamedJson[] =>
  (JSON.parse(textOf(sections, 'docker volumes') || '{}') as {Volumes?: NamedJson[] | null}).Volumes ?? [];
