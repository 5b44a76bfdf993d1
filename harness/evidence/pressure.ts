import {readFile} from 'node:fs/promises';

/** What tasks may wait for. */
export type Resource = 'cpu' | 'io' | 'memory';

/** Microseconds for which some task of this host has waited, since its start, for each resource; `undefined` where the kernel does not say. */
export type Pressure = Readonly<Record<Resource, number | undefined>>;

/** Time of all processors together since the start of this host, in ticks of the kernel's own. */
export interface ProcessorTime {
  readonly busy: number;
  /** In which something was to be done, and the hypervisor ran something else. 0 where there is no hypervisor, or it does not say. */
  readonly stolen: number;
}

/** A look at the host's pressure, and when it was taken, in milliseconds of `performance.now()`. */
export interface PressureSample {
  readonly atMs: number;
  readonly pressure: Pressure;
  /** `undefined` where the system does not say. */
  readonly processors: ProcessorTime | undefined;
}

/** Reads how long tasks of this host have waited. Never throws: some kernels are built without it. */
export const samplePressure = async (): Promise<PressureSample> => {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const [cpu, io, memory, stat] = await Promise.all([
    read('/proc/pressure/cpu'),
    read('/proc/pressure/io'),
    read('/proc/pressure/memory'),
    read('/proc/stat'),
  ]);
  return {
    atMs: performance.now(),
    pressure: {cpu: parseStalled(cpu), io: parseStalled(io), memory: parseStalled(memory)},
    processors: parseProcessorTime(stat),
  };
};

/** The total of line `some`, in microseconds. Format: https://docs.kernel.org/accounting/psi.html */
export const parseStalled = (text: string): number | undefined => {
  const total = /^some .*\btotal=(\d+)/m.exec(text)?.[1];
  return total === undefined ? undefined : Number(total);
};

/** The line of all processors in `/proc/stat`, proc_stat(5). */
export const parseProcessorTime = (text: string): ProcessorTime | undefined => {
  const line = /^cpu +(.*)$/m.exec(text)?.[1];
  if (line === undefined) {
    return undefined;
  }
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = line.split(' ').map(Number);
  return {busy: user + nice + system + irq + softirq, stolen};
};

/** Part of the time between two samples in which some task waited, 0 to 1; `undefined` where the kernel does not say. */
export const stalledShare = (before: PressureSample, after: PressureSample, resource: Resource): number | undefined => {
  const [from, to] = [before.pressure[resource], after.pressure[resource]];
  const elapsedMs = after.atMs - before.atMs;
  return from === undefined || to === undefined || elapsedMs <= 0
    ? undefined
    : Math.min(1, (to - from) / 1000 / elapsedMs);
};

/** Fewer ticks, half a second in most kernels, say nothing of a share. */
const ENOUGH_TICKS = 50;

/** Part of the processor time that was wanted between two samples and that the hypervisor kept back, 0 to 1; `undefined` where that was little. */
export const stolenShare = (before: PressureSample, after: PressureSample): number | undefined => {
  if (before.processors === undefined || after.processors === undefined) {
    return undefined;
  }
  const stolen = after.processors.stolen - before.processors.stolen;
  const wanted = after.processors.busy - before.processors.busy + stolen;
  return wanted < ENOUGH_TICKS ? undefined : stolen / wanted;
};
