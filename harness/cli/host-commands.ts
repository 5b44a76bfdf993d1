import type {Command} from 'commander';

/** `plumbline doctor` and `setup`: what this host lacks. */
export const addHostCommands = (program: Command): void => {
  program
    .command('doctor')
    .description('say what this host can and can not do, each with the command that mends it')
    .option('--json', 'print one JSON document')
    .action(async ({json}: {json?: boolean}) => {
      const [{doctor}, {providers}] = await Promise.all([import('./doctor.ts'), import('../../vms/providers.ts')]);
      process.exitCode = await doctor({providers, stream: process.stdout, json});
    });
  program
    .command('setup')
    .description('install the packages this host lacks')
    .option('--yes', 'do not ask')
    .option('--lima', 'also Lima')
    .option('--vagrant', 'also Vagrant and libvirt')
    .option('--browser', 'also the browser that tests of the reports need')
    .action(async ({yes, lima, vagrant, browser}: Partial<Record<'yes' | 'lima' | 'vagrant' | 'browser', boolean>>) => {
      const {setup, USUAL_NEEDS} = await import('./setup.ts');
      const needs = [
        ...USUAL_NEEDS,
        ...(vagrant ? (['vagrant'] as const) : []),
        ...(browser ? (['browser'] as const) : []),
      ];
      process.exitCode = await setup({stream: process.stdout, yes, lima, needs});
    });
};
