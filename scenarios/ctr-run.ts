import {ociRuntimeFlags} from '../harness/levels/ctr.ts';
import {untilWhole} from '../harness/levels/whole-output.ts';
import type {ScenarioContext} from '../harness/scenario/definition.ts';

/** A command of the workload's image, in a container of its own by `ctr run`. */
export interface CtrRun {
  readonly id: string;
  readonly flags: readonly string[];
  readonly argv: readonly string[];
}

/** What it prints. Where its output was lost it is run again, which is counted. */
export const outputOfCtrRun = async (
  {machine, workload, runc, tally, expect}: Pick<ScenarioContext, 'machine' | 'workload' | 'runc' | 'tally' | 'expect'>,
  {id, flags, argv}: CtrRun,
): Promise<string> => {
  const {result, lost} = await untilWhole(
    () => machine.exec(['ctr', 'run', '--rm', ...ociRuntimeFlags(runc), ...flags, workload.image.name, id, ...argv]),
    ({stdout}) => stdout !== '',
  );
  tally('lifecycle.run.outputLost', lost.hits, lost.of);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stdout, 'what it prints').not.toBe('');
  return result.stdout;
};
