import {closeSync, openSync} from 'node:fs';
import {join} from 'node:path';
import {Writable} from 'node:stream';
import {execa} from 'execa';
import {expect, onTestFinished, test} from 'vitest';
import {watchOutput, type Output} from './unwritable-output.ts';

/** What is told of an output, a terminal or not, that has failed twice with `code`. */
const toldOf = (code: string, isTTY: boolean): {text: string; ends: number} => {
  const told = {text: '', ends: 0};
  const other = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      told.text += chunk.toString();
      done();
    },
  });
  const stream: Output['stream'] = Object.assign(new Writable(), {isTTY});
  watchOutput({name: 'standard output', stream}, other, () => {
    told.ends += 1;
  });
  for (const _ of [1, 2]) stream.emit('error', Object.assign(new Error(`${code}: write`), {code}));
  return told;
};

test.for([
  ['EPIPE', false],
  ['EIO', true],
] as const)('nothing is told where nobody reads: %s', ([code, isTTY]) => {
  expect(toldOf(code, isTTY)).toEqual({text: '', ends: 0});
});

test.for(['ENOSPC', 'EIO'])('an output that fails with %s is told of once', (code) => {
  expect(toldOf(code, false)).toEqual({text: `Cannot write to the standard output: ${code}: write\n`, ends: 1});
});

test.for([['stdout', 'stderr'] as const, ['stderr', 'stdout'] as const])(
  'a full disk under %s is a sentence on %s and exit code 2',
  {timeout: 30_000},
  async ([full, other]) => {
    const disk = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(disk));
    const main = join(import.meta.dirname, 'main.ts');
    // The second is said on standard error.
    const argv = full === 'stdout' ? ['list', '--json'] : ['list', '/nowhere'];
    const ended = await execa(process.execPath, [main, ...argv], {[full]: disk, reject: false});
    expect(ended.exitCode).toBe(2);
    expect(ended[other]).toMatch(/^Cannot write to the standard \w+: ENOSPC: .*$/v);
  },
);
