import {join} from 'node:path';
import {execa} from 'execa';

const PROJECT = join(import.meta.dirname, '../..');
const MAIN = join(import.meta.dirname, 'main.ts');

/** For tests: the tool as a process of its own, called in the project's folder, with `env` added to the environment. Await it for its end. */
export const plumbline = (argv: readonly string[], env: Readonly<Record<string, string>> = {}, timeoutMs = 180_000) =>
  execa(process.execPath, [MAIN, ...argv], {
    cwd: PROJECT,
    // npm and npx say with INIT_CWD where they were called.
    env: {INIT_CWD: PROJECT, NO_COLOR: '1', ...env},
    reject: false,
    stripFinalNewline: false,
    timeout: timeoutMs,
    // How long a teardown may take is for tests to judge.
    forceKillAfterDelay: 60_000,
  });
