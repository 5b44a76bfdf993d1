import {z} from 'zod';
import type {ImageRecipe} from '../../vms/image/recipe.ts';
import {workloadOptions} from './workload-options.ts';

const port = z.number().int().min(1).max(65_535);

/** What is run at every level: an image, the command in it, and the answer it owes. */
export const workloadSchema = z.strictObject({
  /** Also the container's name, after `plumbline-`. */
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'),
  /** How the image is made; its name is what the runtimes pull. */
  image: z.custom<ImageRecipe>(
    (value) => typeof value === 'object' && value !== null && 'packages' in value,
    'an image recipe',
  ),
  command: z.array(z.string()).min(1),
  /** Linux capabilities it needs where the level does not hand out a set of its own, which is runc's case. */
  capabilities: z.array(z.string().startsWith('CAP_')),
  /** How it is to be run beyond the defaults of the level. */
  options: workloadOptions.optional(),
  /** TCP port it listens on. */
  port,
  /** TCP port of the machine that `published` maps to it. */
  publishedPort: port,
  /** How the processes that serve are called in ps(1), where it has one for each processor: only with all of them is it whole. */
  workers: z.string().min(1).optional(),
  /** What `GET /` is answered with. */
  answer: z.strictObject({status: z.number().int().min(100).max(599), contains: z.string().min(1)}),
});

export type Workload = z.infer<typeof workloadSchema>;
