import {mkdtempDisposable} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {UsageError} from '../../vms/errors.ts';
import {exampleRun} from '../report/example-run.ts';
import {writeRun} from '../report/run-file.ts';
import {levelsCommand} from './levels.ts';

test('a run with no two levels to lay side by side is refused', async () => {
  await using reports = await mkdtempDisposable(join(tmpdir(), 'plumbline-levels-'));
  await writeRun(join(reports.path, 'empty'), exampleRun({cells: []}));
  await expect(levelsCommand({run: 'empty', reportsFolder: reports.path, stream: new PassThrough()})).rejects.toThrow(
    new UsageError('Cannot lay the levels of "empty" side by side: it has observations of no scenario at two levels'),
  );
});
