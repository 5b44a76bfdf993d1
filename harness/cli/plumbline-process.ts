import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {execa} from 'execa';

const PROJECT = join(import.meta.dirname, '../..');
const MAIN = join(import.meta.dirname, 'main.ts');

/** As long as a run may take on a busy host. */
export const RUN_MS = 600_000;

/** For tests: the tool as a process of its own, called in the project's folder, with `env` added to the environment. Await it for its end. */
export const plumbline = (argv: readonly string[], env: Readonly<Record<string, string>> = {}, timeoutMs = RUN_MS) =>
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

/** Waits until something is so. Throws with what one of these tools has said when it ends before. */
export const untilSo = async (
  isSo: () => boolean,
  ...tools: readonly ReturnType<typeof plumbline>[]
): Promise<void> => {
  let end: string | undefined;
  for (const tool of tools) {
    void tool.then(({exitCode, stderr}) => (end = `The tool has ended with exit code ${exitCode}: ${stderr}`));
  }
  while (!isSo()) {
    if (end !== undefined) throw new Error(end);
    await setTimeout(20);
  }
};
