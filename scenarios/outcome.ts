import type {ExecResult} from '../harness/scenario/definition.ts';

/** Classes of refusals, by what their texts have in common over all versions; the first that fits. */
const CLASSES: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/already exists|already in use/i, 'exists already'],
  [/does not exist|no such container|not found/i, 'there is none'],
  [/not empty/i, 'not empty'],
  [/invalid argument/i, 'invalid argument'],
  [/operation not permitted/i, 'not permitted'],
  [/permission denied/i, 'permission denied'],
  [/read-only file system/i, 'read-only'],
  [/no such file or directory/i, 'no such file'],
  [/not a directory|must be mounted on ordinary directory|must not be a symlink|symlink/i, 'no directory'],
  [/unknown|invalid|not supported|unsupported|cannot be mounted|not allowed|inside \/proc/i, 'not accepted'],
];

/** How a command ended, as something that runs can be compared by: its exit code, and of a failure the class. */
export const outcomeOf = ({exitCode, signal, stdout, stderr}: ExecResult): string => {
  if (exitCode === 0) {
    return 'done';
  }
  const said = `${stderr}\n${stdout}`;
  const [, name = 'failed'] = CLASSES.find(([pattern]) => pattern.test(said)) ?? [];
  return `${name}, exit code ${exitCode ?? signal}`;
};

/** Whether a command that ended well printed a warning. */
export const warns = ({stderr}: ExecResult): boolean => /level=warn|WARN|warning/i.test(stderr);
