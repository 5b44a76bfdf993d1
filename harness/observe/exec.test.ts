import {expect, test} from 'vitest';
import {execFacts} from './exec.ts';

const STATUS = `Name:	cat
Umask:	0022
Uid:	0	0	0	0
Gid:	0	0	0	0
Groups:	0 27
CapInh:	0000000000000000
CapPrm:	0000000000000021
CapEff:	0000000000000021
CapBnd:	0000000000000021
CapAmb:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
Seccomp_filters:	1
`;
const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max open files            1024                 4096                 files
`;

const text = ({
  environment = 'SHLVL=1\nPATH=/bin\n',
  cgroup = '5:pids:/a\n',
  namespaces = 'net net:[1] net:[1]\n',
} = {}) => [STATUS, LIMITS, environment, '/\n', cgroup, '5:pids:/a\n', namespaces].join('---\n');

test('a command beside a workload has rights, limits, an environment and a place of its own', () => {
  expect(execFacts(text())).toMatchObject({
    'exec.process.capabilities.effective': ['CAP_CHOWN', 'CAP_KILL'],
    'exec.process.groups': ['0', '27'],
    'exec.process.noNewPrivileges': true,
    'exec.process.seccomp.mode': 'filter',
    'exec.process.rlimits.RLIMIT_NOFILE.soft': 1024,
    'exec.process.rlimits.RLIMIT_NOFILE.hard': 4096,
    'exec.environment': ['PATH=/bin'],
    'exec.cwd': '/',
    'exec.cgroup': "that of the workload's init",
    'exec.namespaces': [],
  });
});

test('one that runs elsewhere is told from one that runs beside the workload', () => {
  expect(
    execFacts(text({cgroup: '5:pids:/b\n', namespaces: 'mnt mnt:[7] mnt:[8]\nnet net:[1] net:[1]\n'})),
  ).toMatchObject({
    'exec.cgroup': 'another',
    'exec.namespaces': ['mnt'],
  });
});
