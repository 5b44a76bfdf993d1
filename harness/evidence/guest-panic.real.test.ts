import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

const statement = `scenario('guest panic by sysrq', {workload: nginx, reach: {runc: usualReach.runc}, check: async ({machine}) => {
  await machine.exec(['sh', '-c', 'echo c >/proc/sysrq-trigger; sleep 100']);
}});`;

test('guest panic by sysrq: the first line names it, and the console is kept', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const {exitCode} = await place.startRunIn('qemu', [await place.scenario('panic', statement)]);
  const [record] = await place.records();
  const [first] = record?.cells[0]?.failures ?? [];
  expect(first?.sentence).toMatch(/^Cannot use the machine any more: its kernel says (?:panic|oops), .*sysrq/i);
  expect(first).toMatchObject({class: 'guest', layer: 'kernel'});
  expect(first?.evidence[0]).toMatch(/\/timeline\.txt$/);
  const console = first?.evidence.find((path) => path.endsWith('/console.log')) ?? '';
  const said = await readFile(join(place.folder, 'reports', record?.id ?? '', console), 'utf8');
  expect(said).toMatch(/sysrq triggered crash/i);
  expect(exitCode).toBe(4);
});
