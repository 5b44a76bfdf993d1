/** How a workload's image is made from Debian packages. Pure data; the same recipe and package versions give the same digest. */
export interface ImageRecipe {
  /** Full name, as in `docker.io/library/nginx:latest`. */
  readonly name: string;
  /** The Debian suite the packages come from. */
  readonly suite: {readonly name: string; readonly mirror: string};
  /** Exactly these are unpacked: nothing they depend on, none of their scripts run. */
  readonly packages: readonly string[];
  /** Globs of paths to leave out, from the root, as in `/usr/share/doc`. A folder goes with all in it. */
  readonly exclude: readonly string[];
  /** Made before the files. Folders above a path that are not listed belong to root, with mode 0755. */
  readonly folders: readonly {
    readonly path: string;
    readonly mode: number;
    readonly uid?: number;
    readonly gid?: number;
  }[];
  readonly files: readonly {readonly path: string; readonly content: string; readonly mode?: number}[];
  /** Replace what is at `path`. */
  readonly symlinks: readonly {readonly path: string; readonly target: string}[];
  /** Become `/etc/passwd`. */
  readonly users: readonly {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly home: string;
    readonly shell: string;
  }[];
  /** Become `/etc/group`. */
  readonly groups: readonly {readonly name: string; readonly gid: number}[];
  readonly config: ImageConfig;
}

/** What a container of the image is run with; fields as in https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md */
export interface ImageConfig {
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  /** As in `80/tcp`. */
  readonly ExposedPorts?: readonly string[];
  readonly StopSignal?: string;
  readonly WorkingDir?: string;
  readonly User?: string;
}
