import type {ExecResult} from '../../vms/machine.ts';
import {withoutNames} from './normaliser.ts';

/**
 * What a command said, line by line with the stream, a client's own words included: somebody's script reads them. Sorted, since runtimes copy
 * each stream by itself and the order between them is another one each time.
 */
export const shownOutput = ({stdout, stderr}: Pick<ExecResult, 'stdout' | 'stderr'>): string[] =>
  [...linesOf('stdout', stdout), ...linesOf('stderr', stderr)].toSorted();

const linesOf = (stream: string, text: string): string[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => `${stream}: ${withoutNames(line)}`);
