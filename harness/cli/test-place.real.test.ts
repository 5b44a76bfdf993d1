import {existsSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from './test-place.ts';

test('what is still mounted is found, and keeps the place with its ledger', async () => {
  const place = await TestPlace.make();
  const [point, ledgers] = [join(place.folder, 'point'), join(place.folder, 'plumbline/ledger')];
  await mkdir(point);
  await mkdir(ledgers, {recursive: true});
  await execa('mount', ['-t', 'tmpfs', 'tmpfs', point]);
  const unmount = () => execa('umount', [point], {reject: false});
  onTestFinished(async () => {
    await unmount();
    await place[Symbol.asyncDispose]();
  });
  const line = {type: 'made', entry: {kind: 'folder', path: point}};
  await writeFile(join(ledgers, 'dead.jsonl'), `${JSON.stringify(line)}\n`);
  expect(await place.leftovers()).toEqual([expect.stringContaining(point), 'dead.jsonl']);
  await expect(place[Symbol.asyncDispose]()).rejects.toThrow(
    `Cannot remove the folder "${point}" that the run "dead" left: `,
  );
  await unmount();
  await place[Symbol.asyncDispose]();
  expect(existsSync(place.folder)).toBe(false);
});
