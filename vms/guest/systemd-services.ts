import type {Machine} from '../machine.ts';
import type {ServiceName, Services} from '../services.ts';

const UNITS: Readonly<Record<ServiceName, string>> = {containerd: 'containerd.service', dockerd: 'docker.service'};

/** The unit, and before it the socket that would start it as soon as somebody asks. */
const withSocket = (name: ServiceName): readonly string[] =>
  name === 'dockerd' ? ['docker.socket', UNITS[name]] : [UNITS[name]];

/** The daemons of a machine whose init is systemd, see systemctl(1). */
export const systemdServices = (machine: Machine): Services => ({
  stop: async (name: ServiceName) => {
    await machine.succeed(['systemctl', 'stop', ...withSocket(name)]);
  },
  start: async (name: ServiceName) => {
    // Forgets how often it was started of late, which systemd allows three times a minute here (StartLimitBurst in systemd.unit(5)).
    await machine.succeed(['systemctl', 'reset-failed', ...withSocket(name)]);
    await machine.succeed(['systemctl', 'start', UNITS[name]]);
  },
  kill: async (name: ServiceName) => {
    await machine.succeed(['systemctl', 'kill', '--kill-whom=main', '--signal=KILL', UNITS[name]]);
  },
});
