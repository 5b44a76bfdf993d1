import {networkXml} from './network.ts';

/**
 * Called by libvirtd when a domain has stopped: https://libvirt.org/hooks.html#etc-libvirt-hooks-qemu
 * A machine on a bridge that is gone sends no word of it, so the control connection would wait for an answer. It is the only ssh there is in
 * the namespaces.
 */
const qemuHook = `#!/bin/sh
[ "$2" = stopped ] || exit 0
for process in /proc/[0-9]*; do
  read -r name 2>/dev/null <"$process/comm" || continue
  [ "$name" != ssh ] || kill "\${process#/proc/}"
done
exit 0
`;

/**
 * Files of `/etc/libvirt` as a machine's own libvirtd sees it, by name.
 * https://gitlab.com/libvirt/libvirt/-/blob/v9.0.0/src/qemu/qemu.conf.in and src/remote/libvirtd.conf.in beside it
 */
export const libvirtFiles: Readonly<Record<string, string>> = {
  // Only what is in the machine's namespaces comes to its socket.
  'libvirtd.conf': `auth_unix_rw = "none"
auth_unix_ro = "none"
`,
  // QEMU runs as who started the tool: libvirt would give the kernel and the disk, which are the cache's, to a user of its own.
  'qemu.conf': `user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
`,
  'network.xml': networkXml,
  'hooks/qemu': qemuHook,
};
