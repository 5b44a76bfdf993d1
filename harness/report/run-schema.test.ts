import {readFile, writeFile} from 'node:fs/promises';
import {z} from 'zod';
import {expect, test} from 'vitest';
import {exampleFailedRun} from './example-run.ts';
import {runJsonSchema} from './run-schema.ts';

/**
 * After a change of run-record.ts, this writes the file anew:
 * `PLUMBLINE_UPDATE=1 npx vitest run harness/report/run-schema --root . && npx oxfmt harness/report/run.schema.json`
 */
test('run.schema.json is up to date', async () => {
  const file = new URL('run.schema.json', import.meta.url);
  if (process.env['PLUMBLINE_UPDATE']) await writeFile(file, `${JSON.stringify(runJsonSchema(), undefined, 2)}\n`);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(runJsonSchema());
});

test('a reader that has only the JSON Schema takes a run, also with keys it does not know', () => {
  const reader = z.fromJSONSchema(runJsonSchema());
  expect(reader.safeParse(exampleFailedRun()).success).toBe(true);
  expect(reader.safeParse({...exampleFailedRun(), addedLater: 1}).success).toBe(true);
  expect(reader.safeParse({...exampleFailedRun(), cells: 'none'}).success).toBe(false);
});
