import {join} from 'node:path';
import {execa} from 'execa';
import {expect, test} from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const NOBODY = 65_534;

const asNobody = (...argv: string[]) =>
  execa(
    'setpriv',
    [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', process.execPath, 'harness/cli/main.ts', ...argv],
    {
      cwd: PROJECT,
      env: {INIT_CWD: PROJECT, NO_COLOR: '1', HOME: '/nonexistent'},
      reject: false,
      stripFinalNewline: false,
    },
  );

/** Only root can become somebody else, and that one must be able to read the checkout and Node. */
const why = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) {
    return 'only root can become somebody else';
  }
  const {failed, shortMessage} = await asNobody('--version');
  return failed ? `nobody can't run the tool from here: ${shortMessage}` : undefined;
};

test('who is not root is told so, and what mends it', {timeout: 30_000}, async ({skip}) => {
  const reason = await why();
  skip(reason !== undefined, reason);
  const {exitCode, stdout, stderr} = await asNobody('run', '--machine', 'sandbox', 'scenarios/nginx.scenario.ts');
  expect(stderr).toBe(
    'Cannot make machines with "sandbox" on this host\n  A sandbox is made of namespaces that only root may make: sudo npm run scenarios\n',
  );
  expect({exitCode, stdout}).toEqual({exitCode: 3, stdout: ''});
});

test('doctor answers who is not root', {timeout: 30_000}, async ({skip}) => {
  const reason = await why();
  skip(reason !== undefined, reason);
  const {stdout, stderr} = await asNobody('doctor');
  expect(stdout).toMatch(/✗ sandbox +A sandbox is made of namespaces that only root may make\n +mend: sudo/v);
  expect(stderr).toBe('');
});
