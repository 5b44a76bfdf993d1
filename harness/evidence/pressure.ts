import {readFile} from 'node:fs/promises';

/** What tasks may wait for. */
export type Resource = 'cpu' | 'io' | 'memory';

/** Microseconds for which some task of this host has waited, since its start, for each resource; `undefined` where the kernel does not say. */
export type Pressure = Readonly<Record<Resource, number | undefined>>;

/** A look at the host's pressure, and when it was taken, in milliseconds of `performance.now()`. */
export interface PressureSample {
  readonly atMs: number;
  readonly pressure: Pressure;
}

/** Reads how long tasks of this host have waited. Never throws: some kernels are built without it. */
export const samplePressure = async (): Promise<PressureSample> => {
  const [cpu, io, memory] = await Promise.all(
    (['cpu', 'io', 'memory'] as const).map(async (resource) =>
      parseStalled(await readFile(`/proc/pressure/${resource}`, 'utf8').catch(() => '')),
    ),
  );
  return {atMs: performance.now(), pressure: {cpu, io, memory}};
};

/** The total of line `some`, in microseconds. Format: https://docs.kernel.org/accounting/psi.html */
export const parseStalled = (text: string): number | undefined => {
  const total = /^some .*\btotal=(\d+)/m.exec(text)?.[1];
  return total === undefined ? undefined : Number(total);
};

/** Part of the time between two samples in which some task waited, 0 to 1; `undefined` where the kernel does not say. */
export const stalledShare = (before: PressureSample, after: PressureSample, resource: Resource): number | undefined => {
  const [from, to] = [before.pressure[resource], after.pressure[resource]];
  const elapsedMs = after.atMs - before.atMs;
  return from === undefined || to === undefined || elapsedMs <= 0
    ? undefined
    : Math.min(1, (to - from) / 1000 / elapsedMs);
};
