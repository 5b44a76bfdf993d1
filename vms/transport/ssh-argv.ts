/** Where an sshd is, and who may enter. All paths are absolute. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Private key, mode 0600. */
  readonly identity: string;
  /** Has the host key under {@link hostAlias}; no other is accepted. */
  readonly knownHosts: string;
  /** Unix socket of the control connection; ssh makes it under a longer name first, so 85 bytes are the most. */
  readonly control: string;
  /** What goes before the command of the control connection, where only other namespaces have a way to the sshd. */
  readonly enter?: readonly string[];
}

/** Name of the machine in its known_hosts: its address is shared by all machines of this host, and its port is no one's for long. */
export const hostAlias = 'machine';

/** One line of known_hosts: https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT */
export const knownHostsLine = (hostKey: string): string => `${hostAlias} ${hostKey}\n`;

/**
 * Opens the control connection and stays in the foreground with it: https://man.openbsd.org/ssh_config#ControlMaster
 * No file of the user or the host is read.
 */
export const controlArgv = (target: SshTarget): readonly string[] => [
  ...(target.enter ?? []),
  'ssh',
  '-F',
  'none',
  '-M',
  '-N',
  '-n',
  '-T',
  '-S',
  target.control,
  '-i',
  target.identity,
  '-p',
  String(target.port),
  ...options({
    BatchMode: 'yes',
    Ciphers: 'aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com',
    ConnectTimeout: '120',
    ControlPersist: 'no',
    GlobalKnownHostsFile: '/dev/null',
    HostKeyAlias: hostAlias,
    IdentitiesOnly: 'yes',
    // The post-quantum exchanges that newer versions prefer cost most of a second where the machine is emulated.
    KexAlgorithms: 'curve25519-sha256',
    LogLevel: 'ERROR',
    PreferredAuthentications: 'publickey',
    StreamLocalBindUnlink: 'yes',
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    UserKnownHostsFile: target.knownHosts,
  }),
  `${target.user}@${target.host}`,
];

/** Runs the command appended to it as one word, over the control connection or not at all. */
export const sessionArgv = (
  {control}: Pick<SshTarget, 'control'>,
  terminal: 'without terminal' | 'with terminal' = 'without terminal',
): readonly string[] => [
  'ssh',
  '-F',
  'none',
  terminal === 'with terminal' ? '-t' : '-T',
  '-S',
  control,
  // Without the control connection ssh would open one of its own, which no one has checked.
  ...options({ControlMaster: 'no', LogLevel: 'ERROR', ProxyCommand: 'false'}),
  hostAlias,
  '--',
];

/** Makes the Unix socket `local` on this host lead to `remote` in the machine, for as long as the control connection lives. */
export const forwardArgv = (
  {control}: Pick<SshTarget, 'control'>,
  local: string,
  remote: string,
): readonly string[] => ['ssh', '-F', 'none', '-S', control, '-O', 'forward', '-L', `${local}:${remote}`, hostAlias];

const options = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
