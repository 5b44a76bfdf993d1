import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import type {ExecInside} from '../harness/levels/level.ts';
import {untilWhole} from '../harness/levels/whole-output.ts';
import {capabilityNames} from '../harness/observe/credentials.ts';
import type {Machine, RunningContext} from '../harness/scenario/definition.ts';

/** What the inspector found, by question and name: `calls.clone3` is `ENOSYS`. */
export type Answers = ReadonlyMap<string, string>;

/** Reads what the inspector printed. */
export const parseAnswers = (text: string): Answers =>
  new Map(
    text
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([name, answer]) => (name !== undefined && answer !== undefined ? [[name, answer] as const] : [])),
  );

/** What the init of an inspector found, once it has looked at everything. */
export const answersOfInit = async ({
  running,
  eventually,
}: Pick<RunningContext, 'running' | 'eventually'>): Promise<Answers> => {
  await eventually(() => running.logs(), {
    withinMs: 20_000,
    message: 'the inspector says that it is ready',
  }).toMatch(/^ready$/m);
  return parseAnswers(await running.logs());
};

/** What an inspector finds that is run beside another one. What ctr loses of its output is counted, as for commands beside every workload. */
export const answersOfExec = async (
  {running, expect, tally}: Pick<RunningContext, 'running' | 'expect' | 'tally'>,
  questions: readonly string[],
  options?: ExecInside,
): Promise<Answers> => {
  const {result, lost} = await untilWhole(
    () => running.exec(['inspect', ...questions], options),
    ({stdout}) => parseAnswers(stdout).size > 0,
  );
  tally('lifecycle.exec.outputLost', lost.hits, lost.of);
  expect({exitCode: result.exitCode, stderr: result.stderr}).toEqual({exitCode: 0, stderr: ''});
  return parseAnswers(result.stdout);
};

/** What the kernel itself answers: the same questions, asked outside of any container. */
export const answersOfKernel = async (machine: Machine, questions: readonly string[]): Promise<Answers> => {
  const script = await readFile(new URL('workloads/inspector/inspect.pl', import.meta.url), 'utf8');
  return parseAnswers(await machine.succeed(['perl', '-', ...questions], {input: script}));
};

/** The answers to one question, by name. */
export const answersTo = (question: string, answers: Answers): (readonly [name: string, answer: string])[] =>
  [...answers].flatMap(([name, answer]) =>
    name.startsWith(`${question}.`) ? [[name.slice(question.length + 1), answer] as const] : [],
  );

/** The five sets of capabilities, as names. */
export const capabilitySets = (answers: Answers) => ({
  inheritable: namesIn(answers, 'CapInh'),
  permitted: namesIn(answers, 'CapPrm'),
  effective: namesIn(answers, 'CapEff'),
  bounding: namesIn(answers, 'CapBnd'),
  ambient: namesIn(answers, 'CapAmb'),
});

const namesIn = (answers: Answers, field: string): string[] => {
  const mask = answers.get(`process.${field}`);
  assert(mask !== undefined, `the inspector said nothing of ${field}`);
  return capabilityNames(mask);
};

/** Soft and hard limit of open files. */
export const openFileLimits = (answers: Answers): {readonly soft: number; readonly hard: number} => {
  const [soft = '', hard = ''] = (answers.get('limits.open files') ?? '').split(' ');
  return {soft: Number(soft), hard: Number(hard)};
};
