/** The daemons of the container stack that a machine runs. */
export type ServiceName = 'containerd' | 'dockerd';

/** Stops and starts the daemons of a machine one at a time, as its init would. */
export interface Services {
  /** Sends SIGTERM to the daemon itself, not to what it started, and waits for its end; after 90 s it is killed, as systemd does. */
  stop(name: ServiceName): Promise<void>;
  /** Ends the daemon itself with SIGKILL, as a crash would, and waits until it is gone or has been started again. */
  kill(name: ServiceName): Promise<void>;
  /** Starts the daemon from the program that is installed now, and waits until it answers. Throws {@link CommandError} when it does not. */
  start(name: ServiceName): Promise<void>;
}
