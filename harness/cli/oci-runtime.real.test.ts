import {join, relative} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {RunRecord} from '../report/run-record.ts';
import {TestPlace} from './test-place.ts';

const oneOfEach = `scenario('is served', {
  workload: nginx,
  reach: {docker: usualReach.docker, ctr: {isolated: usualReach.ctr.isolated}, runc: usualReach.runc},
});`;

const runWith = async (script: string, ...argv: string[]): Promise<RunRecord | undefined> => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const runtime = await place.file('oci-runtime', `#!/bin/sh\n${script}\n`, 0o755);
  const {exitCode} = await place.startRun([
    '--runc',
    relative('.', runtime),
    ...argv,
    await place.scenario('served', oneOfEach),
  ]);
  const [record] = await place.records();
  expect(exitCode).toBe(record?.exitCode);
  expect(record?.options).toMatchObject({runc: runtime, runcDigest: expect.stringMatching(/^sha256:/v)});
  expect(await place.leftovers()).toEqual([]);
  return record;
};

test('an OCI runtime that always fails fails every level', async () => {
  const record = await runWith('exit 1');
  expect(record?.exitCode).toBe(1);
  expect(record?.cells.map(({level, failures}) => [level, failures.map((failure) => failure.class)])).toEqual([
    ['docker', ['runtime']],
    ['ctr', ['runtime']],
    ['runc', ['runtime']],
  ]);
  expect(record?.cells.map(({failures: [first]}) => first?.sentence)).toEqual([
    expect.stringMatching(/^Cannot start the container .*oci-runtime did not terminate successfully: exit status 1/v),
    expect.stringMatching(/^Cannot run "ctr run .*oci-runtime did not terminate successfully: exit status 1/v),
    expect.stringMatching(/^Cannot run ".*oci-runtime spec --bundle .*": exit code 1/v),
  ]);
});

test('an OCI runtime that always fails fails what scenarios start themselves', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const runtime = await place.file('oci-runtime', '#!/bin/sh\nexit 1\n', 0o755);
  const files = ['walkthrough', 'daemon-restart', 'privileges', 'mounts'].map(
    (name) => `scenarios/${name}.scenario.ts`,
  );
  await place.startRun(['--runc', runtime, '--level', 'ctr,runc', ...files]);
  const [record] = await place.records();
  expect(record?.cells.filter(({status}) => status !== 'failed').map(({scenario}) => scenario)).toEqual([]);
});

test('an OCI runtime that hangs is given up at the deadline, at every level', async () => {
  // dockerd asks for the version before it serves anybody.
  const record = await runWith('case "$*" in *-v*) echo 1.0 ;; *) sleep 1000 ;; esac', '--deadline', '8');
  expect(record?.exitCode).toBe(1);
  expect(record?.cells.map(({level, failures: [first]}) => [level, first?.class, first?.sentence])).toEqual([
    ['docker', 'runtime', 'Cannot finish "start the container": the cell has not ended within 8 s'],
    ['ctr', 'runtime', 'Cannot finish "run the container": the cell has not ended within 8 s'],
    ['runc', 'runtime', 'Cannot finish "write a default spec": the cell has not ended within 8 s'],
  ]);
});

test('an OCI runtime whose created containers run its own program is found', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  // The script becomes sleep(1), so that the process which it calls the init has the file of the runtime open.
  const script = `#!/bin/sh
case "$*" in "state plumbline-created") ;; *) exec /usr/sbin/runc "$@" ;; esac
cp /bin/sleep "$0.new" && mv "$0.new" "$0"
"$0" 60 >/dev/null 2>&1 &
echo '{"status": "created", "pid": '$!'}'
`;
  const runtime = await place.file('oci-runtime', script, 0o755);
  const cells = ['scenarios/runc-lifecycle.scenario.ts', '--grep', 'what runc has open'];
  await place.startRun(['--runc', runtime, ...cells]);
  const [record] = await place.records();
  expect(record?.cells.map(({failures: [first]}) => first?.seen)).toEqual(['/usr/local/lib/plumbline/oci-runtime']);
});

test('an OCI runtime that only calls runc is no difference to what dockerd says, and to scenarios that configure dockerd', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const runtime = await place.file('oci-runtime', '#!/bin/sh\nexec /usr/sbin/runc "$@"\n', 0o755);
  const cells = ['--level', 'docker', 'scenarios/privileges.scenario.ts', 'scenarios/surfaces.scenario.ts'];
  await place.startRun(cells);
  await place.startRun(['--runc', runtime, ...cells]);
  const [own, given] = (await place.records()).map(({id}) => join(place.folder, 'reports', id));
  const {exitCode, stdout} = await place.start(['compare', own ?? '', given ?? '']);
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toMatch(/No difference: \d+ cells/);
});
