/**
 * A name for a file of what people have named: letters and digits of any script, dots, hyphens and underscores stay, and whatever else
 * stands between them becomes one hyphen.
 */
export const fileNameOf = (name: string): string => name.replaceAll(/[^\p{L}\p{M}\p{N}_.\-]+/gv, '-');
