import type {FactValue, Facts} from '../observe/fact.ts';

/** A question about a workload that people ask, and how the facts answer it. */
export interface Topic {
  readonly question: string;
  readonly answer: (facts: Facts) => string;
}

/** What a level does, or leaves to others, in the order in which people meet it. */
export const topics: readonly Topic[] = [
  {question: 'answers on a port of the machine', answer: (facts) => reach(facts, 'reach.port.')},
  {question: 'answers on its own address', answer: (facts) => reach(facts, 'reach.address.')},
  {
    question: 'its way to the machine',
    answer: (facts) => listOf(facts, 'machine.links').join(', ') || 'none, only its own loopback',
  },
  {
    question: 'port mapping and masquerading',
    answer: (facts) => {
      const rules = Object.entries(facts).filter(([path]) => path.startsWith('machine.rules.'));
      const number = rules.reduce((sum, [, value]) => sum + (value as readonly string[]).length, 0);
      return number === 0
        ? 'no rules'
        : `${number} rules: ${rules.map(([path]) => path.replace('machine.rules.', '')).join(', ')}`;
    },
  },
  {
    question: 'name servers',
    answer: (facts) =>
      has(facts, 'mounts./etc/resolv.conf.type')
        ? `resolv.conf made: ${listOf(facts, 'network.files./etc/resolv.conf').join(', ')}`
        : 'what the image has',
  },
  {
    question: 'hosts file',
    answer: (facts) => (has(facts, 'mounts./etc/hosts.type') ? 'made, with its own name' : 'what the image has'),
  },
  {question: 'host name', answer: (facts) => text(facts['sysctl.kernel.hostname'])},
  {
    question: 'namespaces of its own',
    answer: (facts) =>
      Object.entries(facts)
        .filter(([path, value]) => path.startsWith('namespaces.') && !path.endsWith('_for_children') && value === 'own')
        .map(([path]) => path.replace('namespaces.', ''))
        .join(' '),
  },
  {question: 'capabilities', answer: (facts) => `${listOf(facts, 'process.capabilities.effective').length} effective`},
  {
    question: 'seccomp filter',
    answer: (facts) => {
      const allowed = listOf(facts, 'oci.linux.seccomp.syscalls.SCMP_ACT_ALLOW').length;
      return facts['process.seccomp.mode'] === 'filter' ? `on, ${allowed} system calls allowed` : 'off';
    },
  },
  {
    question: 'can gain privileges by exec',
    answer: (facts) => (facts['process.noNewPrivileges'] === true ? 'no' : 'yes'),
  },
  {question: 'AppArmor or SELinux label', answer: (facts) => text(facts['process.lsm'])},
  {
    question: 'open files, soft and hard',
    answer: (facts) =>
      `${text(facts['process.rlimits.RLIMIT_NOFILE.soft'])}, ${text(facts['process.rlimits.RLIMIT_NOFILE.hard'])}`,
  },
  {
    question: 'memory limit',
    answer: (facts) => text(facts['cgroup.memory.max'] ?? facts['cgroup.memory.limit_in_bytes']),
  },
  {question: 'bias of the out-of-memory killer', answer: (facts) => text(facts['process.oomScoreAdj'])},
  {
    question: 'cgroup',
    answer: (facts) =>
      [
        ...new Set(
          Object.entries(facts)
            .filter(([path]) => path.startsWith('cgroup.path.'))
            .map(([, value]) => text(value)),
        ),
      ].join(', '),
  },
  {
    question: 'root file system',
    answer: (facts) =>
      `${text(facts['mounts./.type'])}, ${listOf(facts, 'mounts./.options').includes('ro') ? 'read-only' : 'writable'}`,
  },
  {
    question: 'kernel files hidden or read-only',
    answer: (facts) =>
      `${listOf(facts, 'oci.linux.maskedPaths').length} hidden, ${listOf(facts, 'oci.linux.readonlyPaths').length} read-only in its spec`,
  },
  {
    question: 'hooks',
    answer: (facts) =>
      Object.keys(facts)
        .filter((path) => path.startsWith('oci.hooks.'))
        .map((path) => path.replace('oci.hooks.', ''))
        .join(', ') || 'none',
  },
];

const reach = (facts: Facts, prefix: string): string => {
  const asked = Object.entries(facts).filter(([path]) => path.startsWith(prefix));
  const from = asked.filter(([, value]) => text(value).startsWith('answer')).map(([path]) => path.slice(prefix.length));
  return asked.length === 0 ? 'not asked' : from.length === 0 ? 'to nobody' : `to ${from.join(', ')}`;
};

const has = (facts: Facts, path: string): boolean => facts[path] !== undefined;

const listOf = (facts: Facts, path: string): readonly string[] => {
  const value = facts[path];
  return Array.isArray(value) ? value : [];
};

const text = (value: FactValue | undefined): string =>
  value === undefined || value === null ? 'unknown' : String(value);
