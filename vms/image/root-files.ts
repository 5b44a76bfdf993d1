/** Host names of Docker Hub that a machine's own registry answers for. docker.io itself is never asked for images, but belongs to it. */
export const registryNames = ['registry-1.docker.io', 'auth.docker.io', 'docker.io'] as const;

/** Folder of a machine with the content of its registry. */
export const registryFolder = '/var/lib/registry';

/** Where the certificate of the registry and its key are in a machine. */
export const registryCertificate = {
  certificate: '/etc/docker/registry/tls.crt',
  key: '/etc/docker/registry/tls.key',
} as const;

/** Files of every root that do not come from a package, by path. */
export const rootFiles: Readonly<Record<string, string>> = {
  '/etc/hostname': 'machine\n',
  // Only the name that images are really pulled from leads to the machine: without authentication auth.docker.io is not asked.
  '/etc/hosts': '127.0.0.1\tlocalhost\n127.0.0.1\tregistry-1.docker.io\n::1\tlocalhost ip6-localhost ip6-loopback\n',
  // Without a name server a name that is not in /etc/hosts fails at once, and no run depends on the host's.
  '/etc/resolv.conf': '# A machine of plumbline has no name server: what it needs is in /etc/hosts.\n',
  // Configuration of distribution 2.8, read only since no one has to push:
  // https://github.com/distribution/distribution/blob/v2.8.3/docs/configuration.md
  '/etc/docker/registry/config.yml': `version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${registryFolder}
  maintenance:
    uploadpurging:
      enabled: false
    readonly:
      enabled: true
http:
  addr: 127.0.0.1:443
  # It would protect uploads, of which there are none; without one the registry warns at each start.
  secret: unused
  tls:
    certificate: ${registryCertificate.certificate}
    key: ${registryCertificate.key}
`,
};
