import {execa} from 'execa';

/**
 * Whether this process has another root than its mount namespace, as in a chroot(2). pivot_root(2) leaves the root of the namespace as it is
 * there, and setns(2) leads to that: what enters a machine, or a container in it, would come out on the host.
 */
export const hasChangedRoot = async (): Promise<boolean> => {
  const [own, ofNamespace] = await Promise.all([
    execa('stat', IDENTITY, {reject: false}),
    execa('nsenter', ['--mount=/proc/self/ns/mnt', 'stat', ...IDENTITY], {reject: false}),
  ]);
  return !own.failed && !ofNamespace.failed && own.stdout !== ofNamespace.stdout;
};

/** Device and inode of what is taken for the root. */
const IDENTITY = ['--format=%d:%i', '/'];
