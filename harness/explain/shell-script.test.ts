import {execa} from 'execa';
import {expect, test} from 'vitest';
import {usualReach} from '../../scenarios/reach.ts';
import {nginx} from '../../scenarios/workloads/nginx.ts';
import {configureDockerd} from '../scenario/daemons.ts';
import type {ScenarioCell} from '../scenario/definition.ts';
import {readStatement} from '../scenario/read-statement.ts';
import {explainCell} from './explain-cell.ts';
import {perlEdit} from './json-edit.ts';
import {PLACEHOLDERS} from './paper-answers.ts';
import {shellScript} from './shell-script.ts';

test('a cell comes down to what its level runs, in order', async () => {
  const {scenario} = readStatement('is explained', {
    workload: nginx,
    reach: {ctr: {netns: usualReach.ctr.netns}},
    check: async ({running, step}) => {
      await step('send SIGTERM', () => running.kill('SIGTERM'));
    },
  });
  const [cell] = scenario.cells as [ScenarioCell];
  const script = shellScript(await explainCell(scenario, cell));
  const lines = script.split('\n');
  const at = (line: string): number => lines.findIndex((one) => one.startsWith(line));
  const order = [
    'ctr images pull docker.io/library/nginx:latest',
    'ip netns add nginx_netw',
    'ip route add 192.168.10.1/32 dev veth-host',
    '# run the container',
    'ctr run --rm --with-ns network:/run/netns/nginx_netw docker.io/library/nginx:latest plumbline-nginx >/var/log/plumbline/plumbline-nginx.log 2>&1 &',
    'until pid=$(ctr tasks list',
    'curl --silent',
    'nsenter "--net=/proc/$pid/ns/net" curl',
    '# send SIGTERM',
    'ctr tasks kill --signal SIGTERM plumbline-nginx',
    'wait',
    'ip netns delete nginx_netw || true',
  ].map((line) => at(line));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((one, other) => one - other));
});

test('what prepares a cell is told up to where it needs an answer, and the cell all the same', async () => {
  const {scenario} = readStatement('is explained', {
    workload: nginx,
    reach: {ctr: {netns: usualReach.ctr.netns}},
    prepare: (context) => configureDockerd(context, {'live-restore': true}),
  });
  const lines = shellScript(await explainCell(scenario, scenario.cells[0] as ScenarioCell)).split('\n');
  const [remark, start] = ['# What the scenario does', 'ctr run --rm'].map((line) =>
    lines.findIndex((one) => one.startsWith(line)),
  );
  expect(remark).toBeGreaterThan(0);
  expect(start).toBeGreaterThan(remark ?? 0);
});

test('what runs beside the workload is waited for by itself', async () => {
  const {scenario} = readStatement('is explained', {
    workload: nginx,
    reach: {runc: {netns: usualReach.runc.netns}},
    check: async ({machine, defer}) => {
      const beside = machine.spawn(['runc', 'run', 'beside']);
      defer(() => beside.ended);
      defer(() => machine.succeed(['runc', 'kill', 'beside', 'SIGKILL']));
      await machine.succeed(['true']);
    },
  });
  const [cell] = scenario.cells as [ScenarioCell];
  const script = shellScript(await explainCell(scenario, cell));
  expect(script.slice(script.indexOf('# remove what was made'))).toMatch(
    /^runc kill beside SIGKILL\nwait "\$!" \|\| true\n(?:.*\n)*?runc kill plumbline-nginx SIGKILL \|\| true\nwait \|\| true\nrunc delete --force plumbline-nginx \|\| true$/m,
  );
});

test('nothing in a note reaches the shell as anything but itself', () => {
  const hostile = `a'; rm -rf / #"$(id)\`id\`${PLACEHOLDERS.pid}`;
  const script = shellScript([
    {kind: 'title', title: 'first\nrm -rf /'},
    {kind: 'command', argv: ['echo', hostile], outcome: 'success'},
    {kind: 'file', path: '/tmp/x', content: 'one\nEND\n$(id)\n', mode: 0o600},
  ]);
  expect(script).toBe(`# first
# rm -rf /
echo "a'; rm -rf / #\\"\\$(id)\\\`id\\\`$pid"
mkdir -p /tmp
cat >/tmp/x <<'END_'
one
END
$(id)
END_
chmod 600 /tmp/x
`);
});

test('how a command must end shows', () => {
  const script = shellScript(
    (['success', 'failure', 'any'] as const).map((outcome) => ({kind: 'command', argv: ['x'], outcome})),
  );
  expect(script).toBe("x\nif x; then echo 'it succeeds, and must not' >&2; false; fi\nx || true\n");
});

test.each([
  [['true'], 1, ''],
  [['false'], 0, 'end\n'],
  [['grep', 'one'], 1, 'one\n'],
  [['grep', 'two'], 0, 'end\n'],
])('a script of %j, which must fail, ends with %i', async (argv, exitCode, stdout) => {
  const script = shellScript([
    {kind: 'command', argv, outcome: 'failure', input: 'one\n'},
    {kind: 'command', argv: ['echo', 'end'], outcome: 'success'},
  ]);
  const ended = await execa('sh', ['-eu', '-c', script], {reject: false, stripFinalNewline: false, stdin: 'ignore'});
  expect(ended).toMatchObject({exitCode, stdout});
});

test.each([
  [{a: 1}, {a: 1}, []],
  [{a: {b: true}}, {a: {b: false}}, ['$spec->{a}{b} = JSON::PP::false;']],
  [{a: 1, b: 2}, {b: 2, c: {d: 'x'}}, ['delete $spec->{a};', '$spec->{c} = {"d" => "x"};']],
  [{list: ['a']}, {list: ['a', 'b', '$c@d"']}, [String.raw`push @{$spec->{list}}, "b", "\$c\@d\"";`]],
  [{list: [{n: 1}, {n: 2}]}, {list: [{n: 1}, {n: 3}]}, ['$spec->{list}[1]{n} = 3;']],
  [{list: ['a', 'b']}, {list: ['b']}, ['$spec->{list} = ["b"];']],
  [{'net.ipv4': 1}, {'net.ipv4': null}, ['$spec->{"net.ipv4"} = undef;']],
])('the edit from %j to %j', (before, after, statements) => {
  expect(perlEdit(before, after)).toEqual(statements);
});
