import {execa} from 'execa';
import {z} from 'zod';

/*
 * Asks the registry whether a package of package-lock.json has a known hole of level "high" or above: "node harness/audit.ts", a part of
 * "npm run check". The exit code is 1 when one has. Mirrors often do not answer this question; that is said and is no failure, since the
 * packages are as good as they were. Where it must be answered, as in CI, use "npm audit" itself.
 */

const hole = z.object({title: z.string(), url: z.string(), severity: z.string()});
const holes = z.object({
  /** By the name of a package: its own holes, and the names of those packages whose holes it has by needing them. */
  vulnerabilities: z.record(z.string(), z.object({via: z.union([z.string(), hole]).array()})),
});
/** What npm prints when it has no answer. */
const refusal = z.object({message: z.string()});

// https://docs.npmjs.com/cli/commands/npm-audit
const {stdout} = await execa('npm', ['audit', '--json', '--fetch-retries=0'], {reject: false});
const answer = z.union([holes, refusal]).parse(JSON.parse(stdout));
if ('message' in answer) {
  process.stdout.write(
    `Known holes of packages were not looked for, as the registry does not tell: ${answer.message}\n`,
  );
} else {
  for (const [name, {via}] of Object.entries(answer.vulnerabilities)) {
    for (const known of via) {
      if (typeof known === 'string' || !['high', 'critical'].includes(known.severity)) continue;
      process.stdout.write(`${name}: ${known.title} (${known.severity}, ${known.url})\n`);
      process.exitCode = 1;
    }
  }
}
