/**
 * What mounts an overlay in a shell script, to be followed by `-o` with {@link overlayOptions}. By mount(2), since libmount 2.39 and later
 * hands the options to fsconfig(2) one by one, which takes at most 255 bytes of each, and layers have long paths:
 * https://github.com/torvalds/linux/blob/v6.12/fs/fsopen.c, and `LIBMOUNT_FORCE_MOUNT2` in
 * https://man7.org/linux/man-pages/man8/mount.8.html
 */
export const overlayMount = 'LIBMOUNT_FORCE_MOUNT2=always mount -t overlay overlay';

/**
 * Options that mount layers as one overlay file system: https://docs.kernel.org/filesystems/overlayfs.html
 * `layers` are topmost first. Without `upper` it is read-only.
 */
export const overlayOptions = (
  layers: readonly string[],
  writable?: {readonly upper: string; readonly work: string},
): string => {
  const lower = `lowerdir=${layers.map(escapeLayer).join(':')}`;
  return writable === undefined
    ? lower
    : `${lower},upperdir=${escapeLayer(writable.upper)},workdir=${escapeLayer(writable.work)}`;
};

/** What separates layers and options is escaped. */
const escapeLayer = (path: string): string => path.replaceAll(/[\\:,]/gu, '\\$&');
