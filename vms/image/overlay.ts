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
