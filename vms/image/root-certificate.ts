import {registryCertificate, registryNames} from './root-files.ts';

/**
 * Shell script that gives a root a certificate authority of its own, and the registry a certificate signed by it, so that clients
 * in the machine trust the registry with no flag. Run in the root. The key of the authority is deleted: nothing else can be signed with it.
 * The authority is limited to names under docker.io, and exists only in machines.
 */
export const certificateScript = `set -eu
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \\
  -subj '/CN=plumbline machine' -keyout "$work/ca.key" -out "$work/ca.crt" \\
  -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \\
  -addext 'keyUsage=critical,keyCertSign' \\
  -addext 'nameConstraints=critical,permitted;DNS:docker.io'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \\
  -CA "$work/ca.crt" -CAkey "$work/ca.key" \\
  -subj '/CN=${registryNames[0]}' -keyout ${registryCertificate.key} -out ${registryCertificate.certificate} \\
  -addext 'basicConstraints=critical,CA:FALSE' \\
  -addext 'extendedKeyUsage=serverAuth' \\
  -addext 'subjectAltName=${registryNames.map((name) => `DNS:${name}`).join(',')}'
install -m 644 "$work/ca.crt" /usr/local/share/ca-certificates/plumbline.crt
chmod 644 ${registryCertificate.certificate}
update-ca-certificates
`;
