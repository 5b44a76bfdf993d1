import {ProvisionError} from '../errors.ts';

/** A command of a bake that did not end as it must. */
export interface FailedCommand {
  /** As in `Cannot <action>`. */
  readonly action: string;
  /** Folder that fills up during the bake. */
  readonly folder: string;
  readonly argv: readonly string[];
  /** `exit code 1`, or the name of a signal. */
  readonly ended: string;
  /** Standard output and error as they came. */
  readonly output: string;
  readonly cause?: unknown;
}

/** The error for a command that failed: a full disk is told apart, else the lines that say why are quoted. */
export const bakeFailure = ({action, folder, argv, ended, output, cause}: FailedCommand): ProvisionError => {
  const details = {
    command: argv,
    expected: 'exit code 0',
    seen: `${ended}: ${lastLines(output, 20).join('\n')}`,
    cause,
  };
  if (/No space left on device|have enough free space|Disk quota exceeded|tar: .*: Wrote only/iu.test(output))
    return diskFull(action, folder, details);
  const [program = ''] = argv;
  return new ProvisionError(
    `Cannot ${action}: ${program} ended with ${ended}, ${explainingLines(output).join(' | ')}`,
    details,
  );
};

/** The error for anything else thrown by a bake: ENOSPC of this process is told apart, the rest is passed on. */
export const translateFailure = (error: unknown, action: string, folder: string): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(action, folder, {cause: error}) : error;
};

const diskFull = (
  action: string,
  folder: string,
  details: ConstructorParameters<typeof ProvisionError>[1],
): ProvisionError =>
  new ProvisionError(
    `Cannot ${action}: the disk of "${folder}" is full, free space or set XDG_CACHE_HOME to a larger one`,
    details,
  );

/** Lines that apt, dpkg and mmdebstrap mark as errors, or the last ones where none is marked. */
const explainingLines = (output: string): readonly string[] => {
  const marked = output
    .split('\n')
    .filter((line) => /^\s*(?:E: |W: Failed|Err:\d|dpkg: error|error: |tar: )/u.test(line));
  // What mmdebstrap says last, `E: run_chroot failed`, only repeats that something failed, so the first ones count.
  const lines = marked.length > 0 ? marked.slice(0, 4) : lastLines(output, 4);
  return lines.map((line) => line.trim().replace(/\.$/u, '').slice(0, 240));
};

const lastLines = (output: string, count: number): readonly string[] =>
  output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
