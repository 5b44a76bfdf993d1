import {join} from 'node:path';
import {execa} from 'execa';
import {expect, test} from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

/** Runs Node as nobody; where that takes rights that this process has not, as who it is. */
const unprivileged = (...argv: string[]) => {
  const [file = '', ...rest] = [...(process.getuid?.() === 0 ? AS_NOBODY : []), process.execPath, ...argv];
  return execa(file, rest, {
    cwd: PROJECT,
    env: {INIT_CWD: PROJECT, NO_COLOR: '1', HOME: '/nonexistent'},
    reject: false,
    stripFinalNewline: false,
  });
};

/** That one must be able to read the checkout and Node. Not the tool is asked: what breaks it there is for the tests to find. */
const why = async (): Promise<string | undefined> => {
  const {failed, shortMessage} = await unprivileged('-e', 'fs.readFileSync("harness/cli/main.ts")');
  return failed ? `nobody can't read the tool from here: ${shortMessage}` : undefined;
};

test('who is not root is told so, and what mends it', {timeout: 30_000}, async ({skip}) => {
  const reason = await why();
  skip(reason !== undefined, reason);
  const argv = ['run', '--machine', 'sandbox', 'scenarios/nginx.scenario.ts'];
  const {exitCode, stdout, stderr} = await unprivileged('harness/cli/main.ts', ...argv);
  expect(stderr).toBe(
    'Cannot make machines with "sandbox" on this host\n  A sandbox is made of namespaces that only root may make: sudo env "PATH=$PATH" npm run scenarios\n',
  );
  expect({exitCode, stdout}).toEqual({exitCode: 3, stdout: ''});
});

test('doctor answers who is not root', {timeout: 30_000}, async ({skip}) => {
  const reason = await why();
  skip(reason !== undefined, reason);
  const {stdout, stderr} = await unprivileged('harness/cli/main.ts', 'doctor');
  expect(stdout).toMatch(/✗ sandbox +A sandbox is made of namespaces that only root may make\n +mend: sudo/v);
  expect(stderr).toBe('');
});
