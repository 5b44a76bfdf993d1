import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {z} from 'zod';
import {MachineError} from '../errors.ts';
import {readPlanFile, writePlanFile} from './plan-file.ts';

test('a plan is there as long as its machine, and then the machine is gone', async () => {
  const plan = {folder: await mkdtemp(join(tmpdir(), 'plan-test-')), publicKey: 'key'};
  const schema = z.object({folder: z.string(), publicKey: z.string()});
  await writePlanFile(plan);
  expect(readPlanFile(plan.folder, schema)).toEqual(plan);
  await rm(plan.folder, {recursive: true});
  const gone = new MachineError(`Cannot enter the machine of "${plan.folder}": it is gone`);
  expect(() => readPlanFile(plan.folder, schema)).toThrow(gone);
});
