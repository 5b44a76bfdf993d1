import type {Command} from 'commander';
import {notRemoved, sweep} from '../../vms/ledger/sweep.ts';

/** `plumbline sweep`: removes what dead runs left. */
export const addSweepCommand = (program: Command): void => {
  program
    .command('sweep')
    .description('remove what dead runs left on this host, and machines that were kept')
    .action(async () => {
      const swept = await sweep({kept: true});
      const failures = notRemoved(swept);
      for (const {runId, removed, failed} of swept) {
        if (removed.length === 0 && failed.length > 0) continue; // Only what failed is worth a line.
        process.stdout.write(
          `${runId}: removed ${removed.map(({kind, path}) => `${kind} ${path}`).join(', ') || 'nothing, it had left nothing'}\n`,
        );
      }
      if (swept.length === 0) {
        process.stdout.write('Nothing to sweep: no dead run left anything\n');
      }
      process.stderr.write(failures.map((failure) => `${failure}\n`).join(''));
      process.exitCode = failures.length === 0 ? 0 : 5;
    });
};
