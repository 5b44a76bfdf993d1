import {readFile} from 'node:fs/promises';
import {MachineError, PlumblineError} from '../../vms/errors.ts';
import {parseSections, recordsOf, textOf, type Sections} from '../teardown/parse/sections.ts';
import {namesOf, normaliserOf, type Normalise} from './normaliser.ts';
import type {ObserveContext} from './observer.ts';

/** What was read from a machine about one workload, at one moment. */
export interface Reading {
  readonly context: Pick<ObserveContext, 'running' | 'level' | 'network' | 'reach' | 'before'>;
  readonly sections: Sections;
  /** Takes out of a text what no two runs share. */
  readonly normalise: Normalise;
}

/**
 * Reads everything that the observers need with one command in the machine, once the workers of the workload are up. Takes about 0.1 s in
 * a sandbox.
 * Throws a {@link PlumblineError} of class `workload` when the workload has ended meanwhile, and {@link MachineError} when the script can't run.
 */
export const takeReading = async (context: ObserveContext, signal: AbortSignal): Promise<Reading> => {
  const {machine, running, workload, reach} = context;
  const seconds = Math.ceil(10 * machine.traits.slowness);
  // What can't be reached as it should may never be whole.
  const workers = reach.every(({held}) => held) ? (workload.workers ?? '') : '';
  const argv = ['perl', '-', String(seconds), String(running.pid), running.bundle, workers];
  const result = await machine.exec(argv, {input: await guestScript(), timeoutMs: 3 * seconds * 1000, signal});
  if (result.exitCode !== 0) {
    const said = result.stderr.trim().slice(-600);
    if (HAS_ENDED.test(said)) {
      throw new PlumblineError('workload', `Cannot observe "${running.name}": the workload has ended`, {
        layer: 'workload',
        expected: 'a running workload',
        seen: said,
      });
    }
    throw new MachineError(`Cannot observe "${running.name}": ${said || `exit code ${result.exitCode}`}`, {
      command: argv,
      expected: 'exit code 0',
      seen: `exit code ${result.exitCode}`,
    });
  }
  return parseReading(result.stdout, context);
};

/** What the guest script says of a process that is gone. */
const HAS_ENDED = /^process \d+ has ended$/m;

/** Reads what the guest script printed. */
export const parseReading = (output: string, context: Reading['context']): Reading => {
  const sections = parseSections(output);
  const names = namesOf(context.running, textOf(sections, 'machine hostname').trim());
  return {context, sections, normalise: normaliserOf(names)};
};

/** Records of a section with the reason why there are none, for facts that say so. */
export const problemOf = ({sections}: Reading, name: string): string | undefined =>
  sections.get(name)?.problem || undefined;

/** Lines of the text in a section, without empty ones. */
export const linesOf = ({sections}: Reading, name: string): string[] =>
  textOf(sections, name)
    .split('\n')
    .filter((line) => line.trim() !== '');

/** Records of a section. */
export const rowsOf = ({sections}: Reading, name: string): readonly (readonly string[])[] =>
  recordsOf(sections, name).filter((row) => row.some((field) => field !== ''));

/** Text of a section. */
export const wholeText = ({sections}: Reading, name: string): string => textOf(sections, name);

// The first two are those of the inventory: what they list of the machine is compared with what the inventory found before.
const PARTS = ['../teardown/guest/output.pl', '../teardown/guest/commands.pl', 'guest/workload.pl'];

const guestScript = async (): Promise<string> => {
  const parts = await Promise.all(PARTS.map((part) => readFile(new URL(part, import.meta.url), 'utf8')));
  return parts.join('\n');
};
