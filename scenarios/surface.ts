import {RUNTIME_UNDER_TEST} from '../harness/levels/docker-options.ts';
import type {Machine, ScenarioContext} from '../harness/scenario/definition.ts';

/** The long flags that a command's help names, sorted. */
export const flagsIn = (help: string): string[] =>
  [
    ...new Set([...help.matchAll(/^\s+(?:-\w(?: \w+)?, )?(--[a-z0-9][\w-]*)/gm)].map(([, flag = '']) => flag)),
  ].toSorted();

/** The commands that a command's help lists, sorted: lines of two or more spaces, a word, its aliases, two spaces and a text. */
export const commandsIn = (help: string): string[] =>
  [
    ...new Set([...help.matchAll(/^ {2,4}([a-z][\w-]*)\*?(?:, [\w-]+)* {2,}\S/gm)].map(([, command = '']) => command)),
  ].toSorted();

/** Asks every command line for its help, in one go; the answers come by command line. */
export const helpOf = async (machine: Machine, commands: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  // A command that does not exist, or that has no help, says so here and has no flags; that is its answer.
  const script = 'while read -r line; do printf "\\001%s\\n" "$line"; $line --help </dev/null 2>&1; done; true';
  const said = await machine.succeed(['sh', '-c', script], {input: commands.map((line) => `${line}\n`).join('')});
  return new Map(
    said
      .split('\u0001')
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );
};

/** Records which flags the commands of a program have, and which commands the program itself. */
export const recordHelp = async (
  {machine, record}: Pick<ScenarioContext, 'machine' | 'record'>,
  program: string,
  subcommands: readonly string[],
): Promise<void> => {
  const help = await helpOf(machine, [program, ...subcommands.map((each) => `${program} ${each}`)]);
  for (const [line, text] of help) {
    record(`surface.help.${line.replaceAll(' ', '.')}`, flagsIn(text));
  }
  if (subcommands.length > 0) {
    record(`surface.commands.${program}`, commandsIn(help.get(program) ?? ''));
  }
};

/** The paths of all keys of a JSON document; `[]` stands for the elements of a list. */
export const keyPaths = (value: unknown, path = ''): string[] => {
  if (Array.isArray(value)) {
    return [...new Set(value.flatMap((each) => keyPaths(each, `${path}[]`)))];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, each]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return [at, ...keyPaths(each, at)];
  });
};

/** What `/info` of the Engine API says, as if the runtime of `--runc` were dockerd's own: that it is there is no fact about dockerd. */
export const asWithItsOwnRuntime = (info: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const {[RUNTIME_UNDER_TEST]: underTest, ...others} = info['Runtimes'] as Record<string, unknown>;
  return underTest === undefined ? info : {...info, Runtimes: others, DefaultRuntime: 'runc'};
};

/** The names of all keys in the text of a JSON document, sorted; whatever else the text is, it has those. */
export const keysIn = (text: string): string[] =>
  [...new Set([...text.matchAll(/"(\w+)" *:/g)].map(([, key = '']) => key))].toSorted();

/** A version as programs print it, with every number masked: what parsers of it stumble over is its shape. */
export const shapeOf = (version: string): string => version.trim().replaceAll(/\d+/g, 'N');
