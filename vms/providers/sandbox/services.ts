import type {Machine} from '../../machine.ts';
import type {ServiceName, Services} from '../../services.ts';

/** Where boot.sh leaves itself in the machine. */
const BOOT = '/run/plumbline/boot.sh';
/** 90 s that a daemon may take to end, and some more. */
const STOP_TIMEOUT_MS = 100_000;
const START_TIMEOUT_MS = 60_000;

/** The daemons of a sandbox, started by boot.sh in the way in which it started them first. */
export const sandboxServices = (machine: Machine): Services => ({
  stop: async (name: ServiceName) => {
    await machine.succeed(['sh', BOOT, 'stop', name], {timeoutMs: STOP_TIMEOUT_MS});
  },
  kill: async (name: ServiceName) => {
    await machine.succeed(['sh', BOOT, 'crash', name]);
  },
  start: async (name: ServiceName) => {
    await machine.succeed(['sh', BOOT, 'restarted', name], {timeoutMs: START_TIMEOUT_MS});
  },
});
