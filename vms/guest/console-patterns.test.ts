import {expect, test} from 'vitest';
import {findComplaint, lastLines} from './console-patterns.ts';

test.for([
  ['[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)', 'panic'],
  ['[   12.1] BUG: kernel NULL pointer dereference, address: 0000000000000008', 'oops'],
  ['[   12.1] Oops: 0002 [#1] PREEMPT SMP NOPTI', 'oops'],
  ['[   12.1] kernel BUG at mm/slub.c:379!', 'oops'],
  ['[   12.1] general protection fault, probably for non-canonical address 0xdead: 0000 [#1]', 'oops'],
  ['[  242.6] INFO: task dockerd:143 blocked for more than 120 seconds.', 'hung task'],
  ['[   99.0] Out of memory: Killed process 321 (dockerd) total-vm:1kB', 'out of memory'],
  ['[   99.0] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [nginx:1]', 'lockup'],
  ['[   99.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:', 'lockup'],
] as const)('%s', ([line, kind]) => {
  expect(findComplaint(`before\r\n${line}\r\nafter`)).toEqual({kind, line});
});

test.for([
  '[    9.1] Memory cgroup out of memory: Killed process 99 (stress) total-vm:1kB',
  '[    2.1] evm: security.apparmor',
  '[    1.4] acpi PNP0A03:00: fail to add MMCONFIG information',
  '',
])('no complaint: %s', (line) => {
  expect(findComplaint(line)).toBeUndefined();
});

test('the last lines are said without colours and empty ones', () => {
  expect(lastLines('one\r\n\r\n\u001B[0;31mtwo\u001B[0m\r\nthree\r\n', 2)).toBe('two | three');
});
