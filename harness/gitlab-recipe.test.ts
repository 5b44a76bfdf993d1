import {mkdir, mkdtempDisposable, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, test} from 'vitest';
import {parse} from 'yaml';

interface Recipe {
  readonly report: {readonly script: readonly string[]};
}

/** In the place of the tool: it says which run it was asked for. A merge makes one, and points `latest` at it, unless it ends with 2. */
const npx = `#!/bin/sh
exitCode=0
case "$2" in
merge)
  exitCode="$(cat "$3/exit-code")"
  [ "$exitCode" = 2 ] || ln -sfn "$(basename "$3")" reports/latest ;;
report) [ -e reports/latest ] || exitCode=2 ;;
esac
echo "$2 $(readlink reports/latest)" >>said
exit "$exitCode"
`;

/** What the job that reports does, by the shell of a runner (https://docs.gitlab.com/runner/shells/), where merges end with these codes. */
const reported = async (merges: Readonly<Record<string, number>>) => {
  const {report} = parse(await readFile('.gitlab-ci.yml', 'utf8')) as Recipe;
  await using place = await mkdtempDisposable(join(tmpdir(), 'plumbline-gitlab-'));
  for (const [set, exitCode] of Object.entries(merges)) {
    const part = join(place.path, `reports/2-${set}`);
    await mkdir(part, {recursive: true});
    await writeFile(join(part, 'run.json'), `"runtimeSet": "${set}"`);
    await writeFile(join(part, 'exit-code'), `${exitCode}`);
  }
  await writeFile(join(place.path, 'npx'), npx, {mode: 0o755});
  const {exitCode} = await execa('bash', ['-eo', 'pipefail', '-c', report.script.join('\n')], {
    cwd: place.path,
    env: {PATH: `${place.path}:${process.env['PATH']}`, MACHINE: 'sandbox'},
    reject: false,
  });
  return {exitCode, said: (await readFile(join(place.path, 'said'), 'utf8')).trimEnd().split('\n')};
};

test.each(['.gitlab-ci.yml', '.github/workflows/scenarios.yml'])(
  'what %s packs for the next job is without what no job uses any more',
  async (recipe) => {
    const text = await readFile(recipe, 'utf8');
    expect(text).toMatch(/npx plumbline cache --prune --older-than 1\n[^\n]* -cpf baked\.tar \.\n/);
  },
);

test('the job at GitLab reports every runtime set that ran', async () => {
  expect(await reported({bookworm: 0, trixie: 0, forky: 0})).toEqual({
    exitCode: 0,
    said: ['bookworm', 'trixie', 'forky'].flatMap((set) => [`merge 2-${set}`, `report 2-${set}`]),
  });
});

test('the job at GitLab fails with a runtime set, and reports it and the others all the same', async () => {
  expect(await reported({bookworm: 1, trixie: 0, forky: 0})).toEqual({
    exitCode: 1,
    said: ['bookworm', 'trixie', 'forky'].flatMap((set) => [`merge 2-${set}`, `report 2-${set}`]),
  });
});

test('the job at GitLab takes no other run for one that has no report', async () => {
  expect(await reported({bookworm: 0, trixie: 2, forky: 0})).toEqual({
    exitCode: 1,
    said: ['merge 2-bookworm', 'report 2-bookworm', 'merge ', 'report ', 'merge 2-forky', 'report 2-forky'],
  });
});
