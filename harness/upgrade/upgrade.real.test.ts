import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';
import {upgradeRecord, type UpgradeRecord} from './upgrade-record.ts';

test('an upgrade from bookworm to trixie keeps what has to be kept, and equals a fresh trixie', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const reports = join(place.folder, 'reports');
  const argv = ['upgrade', '--from', 'bookworm', '--to', 'trixie', '--reports', reports, '--json'];
  const {stdout, stderr, exitCode} = await place.start(argv);
  expect(exitCode, stderr).toBe(0);
  const record: UpgradeRecord = upgradeRecord.parse(JSON.parse(stdout));
  expect(upgradeRecord.parse(JSON.parse(await readFile(join(reports, record.id, 'upgrade.json'), 'utf8')))).toEqual(
    record,
  );
  expect(record.comparison).toMatchObject({unexplained: 0, freshSet: 'trixie'});

  const [live, plain] = record.passes;
  expect(live?.workloads.map(({survived}) => survived)).toEqual([true, true, true, true]);
  expect(live?.workloads.map(({parent}) => parent?.fate)).toEqual(['adopted', 'adopted', 'adopted', 'adopted']);
  expect(plain?.workloads.map(({survived}) => survived)).toEqual([false, false, true, true]);
  expect(plain?.workloads.map(({targets}) => targets.map(({ending}) => ending))).toEqual([
    ['down', 'down'],
    ['up', 'up'],
    ['up'],
    ['up'],
  ]);
  // dockerd takes a container down and up again; ctr's and runc's never notice.
  expect(plain?.workloads[1]?.targets[0]?.longestMs).toBeGreaterThan(100);
  expect(plain?.workloads.slice(2).flatMap(({targets}) => targets.map(({failed}) => failed))).toEqual([0, 0]);
  expect(record.passes.map(({after}) => after['docker'])).toEqual([
    expect.stringMatching(/^26\.1\.5/),
    expect.stringMatching(/^26\.1\.5/),
  ]);
});
