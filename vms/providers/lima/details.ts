import {z} from 'zod';

/** What another process needs to speak to a machine of Lima: all else is in its folder, and in its home of Lima. */
export const limaDetails = z.object({
  folder: z.string(),
  home: z.string(),
  program: z.string(),
  runId: z.string(),
  bootId: z.string(),
});

/** What another process needs to speak to a machine of Lima. */
export type LimaDetails = z.infer<typeof limaDetails>;
