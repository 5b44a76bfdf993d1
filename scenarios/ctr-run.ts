import {ociRuntimeFlags} from '../harness/levels/ctr.ts';
import {untilWhole} from '../harness/levels/whole-output.ts';
import type {ScenarioContext} from '../harness/scenario/definition.ts';

/** A command of the workload's image, in a container of its own by `ctr run`. */
export interface CtrRun {
  readonly id: string;
  readonly flags: readonly string[];
  readonly argv: readonly string[];
}

/** What it prints. It is run again where its output was lost; how often that happens is counted in exit-codes.scenario.ts. */
export const outputOfCtrRun = async (
  {machine, workload, runc, expect}: Pick<ScenarioContext, 'machine' | 'workload' | 'runc' | 'expect'>,
  {id, flags, argv}: CtrRun,
): Promise<string> => {
  const {result} = await untilWhole(
    () => machine.exec(['ctr', 'run', '--rm', ...ociRuntimeFlags(runc), ...flags, workload.image.name, id, ...argv]),
    ({stdout}) => stdout !== '',
  );
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stdout, 'what it prints').not.toBe('');
  return result.stdout;
};
