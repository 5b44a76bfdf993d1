import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {wholeText, type Reading} from './reading.ts';

const STATUS = '`/proc/PID/status`';

/** Who the workload's init is and what the kernel lets it do. Fields: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
export const credentials: Observer = {
  name: 'credentials',
  families: [
    {path: 'process.uid', meaning: 'real, effective, saved and file system user ids', source: STATUS},
    {path: 'process.gid', meaning: 'real, effective, saved and file system group ids', source: STATUS},
    {path: 'process.groups', meaning: 'supplementary group ids', source: STATUS},
    {path: 'process.umask', meaning: 'file mode creation mask', source: STATUS},
    {path: 'process.capabilities.*', meaning: 'names of the capabilities in each of the five sets', source: STATUS},
    {path: 'process.noNewPrivileges', meaning: 'whether execve can not add privileges', source: STATUS},
    {path: 'process.seccomp.mode', meaning: '`disabled`, `strict` or `filter`', source: STATUS},
    {path: 'process.seccomp.filters', meaning: 'number of filters installed', source: STATUS},
    {path: 'process.speculation.*', meaning: 'mitigations that seccomp may turn on', source: STATUS},
    {
      path: 'process.lsm',
      meaning: 'label of AppArmor or SELinux, `none` without either',
      source: '`/proc/PID/attr/current`',
    },
  ],
  observe: (reading) => ({
    ...credentialFacts(wholeText(reading, 'status')),
    'process.lsm': wholeText(reading, 'lsm').trim() || 'none',
  }),
};

/** What the text of a status file says of the rights of a process. */
export const credentialFacts = (text: string): Record<string, FactValue> => {
  const status = parseStatus(text);
  const ids = (name: string): string[] => (status.get(name) ?? '').split(/\s+/).filter(Boolean);
  const facts: Record<string, FactValue> = {
    'process.uid': ids('Uid').join(' '),
    'process.gid': ids('Gid').join(' '),
    'process.groups': ids('Groups').toSorted(),
    'process.umask': status.get('Umask') ?? null,
    'process.noNewPrivileges': status.get('NoNewPrivs') === '1',
    'process.seccomp.mode': ['disabled', 'strict', 'filter'][Number(status.get('Seccomp'))] ?? null,
  };
  for (const [key, set] of Object.entries(SETS)) {
    facts[`process.capabilities.${set}`] = capabilityNames(status.get(key) ?? '0');
  }
  if (status.has('Seccomp_filters')) {
    facts['process.seccomp.filters'] = Number(status.get('Seccomp_filters'));
  }
  for (const [key, name] of [
    ['Speculation_Store_Bypass', 'storeBypass'],
    ['SpeculationIndirectBranch', 'indirectBranch'],
  ] as const) {
    const value = status.get(key);
    if (value !== undefined) {
      facts[`process.speculation.${name}`] = value;
    }
  }
  return facts;
};

/** The fields of the status file. */
export const statusOf = (reading: Reading): ReadonlyMap<string, string> => parseStatus(wholeText(reading, 'status'));

/** The fields in the text of a status file. */
export const parseStatus = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1).trim()];
      }),
  );

const SETS = {CapInh: 'inheritable', CapPrm: 'permitted', CapEff: 'effective', CapBnd: 'bounding', CapAmb: 'ambient'};

/** Names of the capabilities in a mask in hexadecimal; one that is newer than this list is `CAP_` and its number. */
export const capabilityNames = (mask: string): string[] => {
  const bits = BigInt(`0x${mask}`);
  return Array.from({length: 64}, (_, bit) => bit)
    .filter((bit) => (bits >> BigInt(bit)) & 1n)
    .map((bit) => `CAP_${CAPABILITIES[bit] ?? bit}`)
    .toSorted();
};

// In the order of https://github.com/torvalds/linux/blob/master/include/uapi/linux/capability.h
const CAPABILITIES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN ' +
  'NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME ' +
  'SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON ' +
  'BPF CHECKPOINT_RESTORE'
).split(' ');
