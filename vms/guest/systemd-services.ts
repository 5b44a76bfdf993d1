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
    await machine.succeed(['sh', '-ec', KILL, 'kill', UNITS[name]]);
  },
});

/** systemctl(1) has only sent the signal when it ends: the end of the process is seen when systemd names another one, or none. */
const KILL = `main() { systemctl show --property=MainPID --value "$1"; }
killed=$(main "$1")
systemctl kill --kill-whom=main --signal=KILL "$1"
while [ "$(main "$1")" = "$killed" ]; do sleep 0.05; done`;
