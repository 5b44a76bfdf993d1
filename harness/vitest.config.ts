import {defineConfig} from 'vitest/config';
import {useSearchPath} from '../vms/host/search-path.ts';
import {RUN_MS} from './cli/plumbline-process.ts';
import {SkipReasons} from './skip-reasons.ts';

// As main.ts does: tests bake and start machines without it.
useSearchPath();

/*
 * Six kinds of tests. `unit`: what needs no machine, mostly in milliseconds. `real`: real runtimes, machines and HTTP; as root, with
 * what `npm run setup` installs. `qemu`: the same with virtual machines, minutes where they are emulated. `lima` and `vagrant`: the same
 * by Lima and by Vagrant, with what `npm run setup -- --lima` and `-- --vagrant` install.
 * `browser`: the pages of a run, opened in Chromium; as root, with what `npm run setup -- --browser` installs.
 */
/** Fast, but it asks cpio(1) whether an archive is one, and only `npm run setup` installs that. */
const NEEDS_QEMU_PACKAGES = 'vms/image/cpio-archive.test.ts';
/** It makes the kernel panic. */
const NEEDS_A_KERNEL_OF_ITS_OWN = 'harness/evidence/guest-panic.real.test.ts';
/** Runs of the tool, in machines of the provider that `PLUMBLINE_CONTRACT` names. */
const WHOLE_RUNS = ['harness/cli/machine-cell.real.test.ts', 'harness/upgrade/failed-upgrade.real.test.ts'];

/** Longer than a run that is given up, which is to be told by what it has said. */
const TEST_MS = RUN_MS + 100_000;

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    // The last is for .ci/run, which adds up what they say.
    reporters: ['default', new SkipReasons(), 'json'],
    experimental: {viteModuleRunner: false, nodeLoader: false},
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{harness,vms,scenarios}/**/*.test.ts'],
          exclude: ['**/*.real.test.ts', '**/*.browser.test.ts', NEEDS_QEMU_PACKAGES],
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['{harness,vms}/**/*.real.test.ts'],
          exclude: ['vms/providers/{qemu,lima,vagrant}/**', NEEDS_A_KERNEL_OF_ITS_OWN],
          env: {PLUMBLINE_CONTRACT: 'sandbox'},
          // Machines, bakes and fault tests share this host: one file at a time keeps their timings apart.
          fileParallelism: false,
          testTimeout: TEST_MS,
          hookTimeout: TEST_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['harness/**/*.browser.test.ts'],
          testTimeout: 120_000,
          hookTimeout: TEST_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'qemu',
          include: [
            'vms/providers/qemu/**/*.real.test.ts',
            'vms/contract/*.real.test.ts',
            NEEDS_A_KERNEL_OF_ITS_OWN,
            ...WHOLE_RUNS,
            NEEDS_QEMU_PACKAGES,
          ],
          env: {PLUMBLINE_CONTRACT: 'qemu'},
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'lima',
          include: ['vms/providers/lima/**/*.real.test.ts', 'vms/contract/*.real.test.ts', ...WHOLE_RUNS],
          env: {PLUMBLINE_CONTRACT: 'lima'},
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'vagrant',
          include: ['vms/providers/vagrant/**/*.real.test.ts', 'vms/contract/*.real.test.ts', ...WHOLE_RUNS],
          env: {PLUMBLINE_CONTRACT: 'vagrant'},
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
