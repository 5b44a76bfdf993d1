import type {Acceleration} from '../../machine.ts';
import {readFile} from 'node:fs/promises';

/**
 * Rate in MHz of the time stamp counter of an emulated processor, which is this host's; `undefined` where that may change or stop, where the
 * host does not say, and where nothing is emulated. Rounded, so that hosts of one kind can share snapshots.
 */
export const emulatedCounterMhz = async (acceleration: Acceleration): Promise<number | undefined> =>
  acceleration === 'tcg' ? counterMhz(await readFile('/proc/cpuinfo', 'utf8').catch(() => '')) : undefined;

/**
 * Reads /proc/cpuinfo. Where the counter is constant, Linux takes it for its delay loop, and two ticks of it count as one "bogus" instruction:
 * https://github.com/torvalds/linux/blob/v6.1/arch/x86/kernel/tsc.c (`lpj_fine`)
 */
export const counterMhz = (cpuinfo: string): number | undefined => {
  const [, flags = ''] = /^flags\s*: (.*)$/mu.exec(cpuinfo) ?? [];
  const [, bogoMips] = /^bogomips\s*: ([\d.]+)$/mu.exec(cpuinfo) ?? [];
  const isSteady = ['constant_tsc', 'nonstop_tsc'].every((flag) => flags.split(' ').includes(flag));
  return isSteady && bogoMips !== undefined ? Math.round(Number(bogoMips) / 2) : undefined;
};
