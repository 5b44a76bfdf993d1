import {readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {z} from 'zod';
import {MachineError} from '../errors.ts';

const FILE = 'plan.json';

/** Keeps in a machine's folder what it takes to come to the machine from any process of this host. */
export const writePlanFile = async (plan: {readonly folder: string}): Promise<void> =>
  writeFile(join(plan.folder, FILE), JSON.stringify(plan, undefined, 2), {mode: 0o600});

/** What {@link writePlanFile} has kept. Throws {@link MachineError} when it is not there any more, as after a sweep. */
export const readPlanFile = <Plan>(folder: string, schema: z.ZodType<Plan>): Plan => {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch (cause) {
    throw new MachineError(`Cannot enter the machine of "${folder}": it is gone`, {cause});
  }
  return schema.parse(JSON.parse(text));
};
