import {defineConfig} from 'vitest/config';

/*
 * Two kinds of tests. `unit`: pure parts, in milliseconds, on any machine. `real`: real runtimes, machines and HTTP; as root, with
 * what `npm run setup` installs.
 */
export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    // The second is for .ci/run, which adds up what the two kinds say.
    reporters: ['default', 'json'],
    experimental: {viteModuleRunner: false, nodeLoader: false},
    projects: [
      {
        extends: true,
        test: {name: 'unit', include: ['{harness,vms,scenarios}/**/*.test.ts'], exclude: ['**/*.real.test.ts']},
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['{harness,vms}/**/*.real.test.ts'],
          // Machines, bakes and fault tests share this host: one file at a time keeps their timings apart.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
