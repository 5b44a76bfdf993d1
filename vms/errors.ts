import type {ExecResult, Requirement} from './machine.ts';
import {plainText} from './plain-text.ts';
import {shownArguments, withShownArguments} from './secret.ts';

/** Whose fault a failure is; decides the exit code and what a person should look at first. */
export type FailureClass =
  | 'usage'
  | 'host'
  | 'provision'
  | 'guest'
  | 'runtime'
  | 'workload'
  | 'probe'
  | 'residue'
  | 'harness';

/** In UTF-16 code units: what a person would still look through. */
const LONGEST_MESSAGE = 4000;

/** Optional facts of a failure. */
export interface FailureDetails {
  /** The exact command, one argument per element. */
  readonly command?: readonly string[];
  readonly expected?: string;
  readonly seen?: string;
  /** The layer it points at: `dockerd`, `containerd`, `runc`, `kernel`, `nginx`… */
  readonly layer?: string;
  readonly cause?: unknown;
}

/** Every error this tool raises on purpose: one sentence for a person, and a class. The sentence may quote what came from outside. */
export class PlumblineError extends Error {
  readonly failureClass: FailureClass;
  readonly command: readonly string[] | undefined;
  readonly expected: string | undefined;
  readonly seen: string | undefined;
  readonly layer: string | undefined;

  constructor(failureClass: FailureClass, message: string, details: FailureDetails = {}) {
    const {command, expected, seen} = details;
    const asShown = (text: string): string => withShownArguments(text, command ?? []);
    super(plainText(asShown(message)).slice(0, LONGEST_MESSAGE), {cause: details.cause});
    this.name = new.target.name;
    this.failureClass = failureClass;
    this.command = command && shownArguments(command);
    this.expected = expected && asShown(expected);
    this.seen = seen && asShown(seen);
    this.layer = details.layer;
  }
}

/** The user asked for something that can't be: wrong flag, wrong file, wrong value. Exit code 2. */
export class UsageError extends PlumblineError {
  constructor(message: string, details?: FailureDetails) {
    super('usage', message, details);
  }
}

/** This host can't do it. Exit code 3; `requirements` say what mends it. */
export class HostError extends PlumblineError {
  readonly requirements: readonly Requirement[];

  constructor(message: string, requirements: readonly Requirement[] = [], details?: FailureDetails) {
    super('host', message, details);
    this.requirements = requirements;
  }
}

/** A bake or the start of a machine failed. Exit code 4. */
export class ProvisionError extends PlumblineError {
  constructor(message: string, details?: FailureDetails) {
    super('provision', message, details);
  }
}

/** A machine that was running can't be used any more, or refused something only a broken machine refuses. */
export class MachineError extends PlumblineError {
  constructor(message: string, details?: FailureDetails) {
    super('guest', message, details);
  }
}

/** A command in the machine ended otherwise than it must. */
export class CommandError extends PlumblineError {
  readonly result: ExecResult;

  constructor(result: ExecResult, expected = 'exit code 0') {
    const seen = result.signal === undefined ? `exit code ${result.exitCode}` : result.signal;
    // Cut after its secrets are gone, of which no part may be left.
    const shown = (text: string): string => lastLines(withShownArguments(text, result.argv));
    const said = shown(result.stderr) || shown(result.stdout);
    super('runtime', `Cannot run "${result.argv.join(' ')}": ${seen}${said && `, ${said}`}`, {
      command: result.argv,
      expected,
      seen: said ? `${seen}: ${said}` : seen,
    });
    this.result = result;
  }
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ').slice(-600);
