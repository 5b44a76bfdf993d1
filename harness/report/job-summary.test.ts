import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {exampleCell, exampleFailedRun, exampleFailure, exampleRun} from './example-run.ts';
import {jobSummary, writeJobSummary} from './job-summary.ts';

test('a run that held is a table', () => {
  const lines = jobSummary(exampleRun()).split('\n');
  expect(lines[0]).toBe('## ✅ plumbline: 3 passed, 0 failed');
  expect(lines).toContain('| scenario | docker published trixie | ctr isolated trixie | runc netns trixie |');
  expect(lines).toContain('| nginx | ✅ | ✅ | ✅ |');
});

test('failures come first, in full', () => {
  const summary = jobSummary(exampleFailedRun());
  expect(summary).toContain('## ❌ plumbline: 2 passed, 1 failed, 1 not run');
  expect(summary.indexOf('### ❌ the run itself')).toBeLessThan(summary.indexOf('### ❌ nginx runc netns trixie'));
  expect(summary).toContain('- class probe, layer nginx');
  expect(summary).toContain('| nginx | ✅ | ✅ | ❌ | ➖ |');
});

test('nothing from outside is Markdown or HTML', () => {
  const hostile = '# <img src=x> | [a](http://b) `c` **d**\n- e\u001B[2J';
  const cell = exampleCell({name: hostile, status: 'failed', failures: [exampleFailure({sentence: hostile})]});
  const summary = jobSummary(exampleRun({cells: [cell], exitCode: 1}));
  const shown = summary.split('\n').filter((line) => line.includes('img'));
  expect(shown).toHaveLength(2);
  for (const line of shown) {
    expect(line.replace(/^### ❌ |^\*\*|\*\*$/g, '')).not.toMatch(/[<>|[\]`*]|# |http:/);
  }
});

test('what mends the host is said', () => {
  const failure = exampleFailure({class: 'host', remedies: ['apt-get install mmdebstrap']});
  const cell = exampleCell({status: 'failed', failures: [failure]});
  expect(jobSummary(exampleRun({cells: [cell], exitCode: 3}))).toContain('- mend: apt&#45;get install mmdebstrap');
});

test('it is appended where GitHub says, and nowhere else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-summary-'));
  const file = join(folder, 'summary.md');
  try {
    await writeJobSummary(exampleRun(), file);
    await writeJobSummary(exampleRun(), file);
    expect((await readFile(file, 'utf8')).match(/^## /gm)).toHaveLength(2);
    await expect(writeJobSummary(exampleRun(), '')).resolves.toBeUndefined();
  } finally {
    await rm(folder, {recursive: true});
  }
});
