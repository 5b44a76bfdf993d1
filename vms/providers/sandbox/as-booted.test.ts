import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {AS_BOOTED} from './as-booted.ts';

const look = `ulimit -a; umask; nice; ionice; chrt --pid 0 | cut -d: -f2; grep Cpus_allowed /proc/self/status
  cd /proc/self; cat oom_score_adj loginuid timerslack_ns coredump_filter personality`;
const under = (caller: string, program = ''): string =>
  execFileSync('sh', ['-c', `${caller}; exec ${program} "$0" sh -c "$1"`, AS_BOOTED, look], {encoding: 'utf8'});

test('what a caller has set for itself is not inherited', () => {
  const plain = under('true');
  expect(under('umask 077; ulimit -Sn 99; ulimit -Sc unlimited; ulimit -Ss 999; ulimit -St 77')).toBe(plain);
  expect(under('echo 300 >/proc/self/oom_score_adj; ionice -c idle -p $$')).toBe(plain);
  expect(under('chrt --batch --pid 0 $$; taskset -cp 0 $$ >/dev/null; echo 99 >/proc/self/timerslack_ns')).toBe(plain);
  expect(under('echo 0 >/proc/self/coredump_filter', 'setarch --addr-no-randomize')).toBe(plain);
});

test.runIf(process.getuid?.() === 0)('nor is a niceness, which root may take back', () => {
  expect(under('renice -n 5 -p $$ >/dev/null')).toBe(under('true'));
});

test('a hard limit that may not be raised stays, and the others are set', () => {
  const unprivileged = 'setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource';
  const script = `ulimit -n 2000; ulimit -c unlimited; exec ${process.getuid?.() === 0 ? unprivileged : ''} "$0" "$@"`;
  const limits = ['sh', '-c', 'ulimit -Sn; ulimit -Hn; ulimit -Sc'];
  expect(execFileSync('sh', ['-c', script, AS_BOOTED, ...limits], {encoding: 'utf8'})).toBe('1024\n2000\n0\n');
});
