import type {FactValue} from '../observe/fact.ts';
import type {LevelName} from '../levels/level.ts';
import type {CellDifference} from './difference.ts';
import type {Attribution, Layer} from './layer.ts';

/**
 * The component whose thing a fact is, at whatever level it differs: any level can be the one at which somebody else's things are left, and
 * the root file system of runc's bundle is made with docker's commands.
 */
export const ownerOf = (
  {fact, old, new: recent}: Pick<CellDifference, 'fact' | 'old' | 'new'>,
  differsAt: ReadonlySet<LevelName>,
): Attribution | undefined => {
  if (/^residue\b/.test(fact)) {
    const layer = ownerOfResidue(old, recent);
    return layer && {layer, because: `what is left behind is ${layer}'s`};
  }
  // What runc itself makes in a root shows at ctr as well.
  const isOfExport =
    EXPORTS.test(fact) || (fact.startsWith('rootfs.top.') && differsAt.has('runc') && !differsAt.has('ctr'));
  return isOfExport ? {layer: 'dockerd', because: "docker exports the root file system of runc's bundle"} : undefined;
};

const EXPORTS = /^time\.(create a container to export|export its file system)$/;

/** Whose everything is by which two lists of things left behind differ, where the sentences say one. */
const ownerOfResidue = (old: FactValue | undefined, recent: FactValue | undefined): Layer | undefined => {
  const [before, after] = [listOf(old), listOf(recent)];
  const sentences = [...before.filter((one) => !after.includes(one)), ...after.filter((one) => !before.includes(one))];
  const owners = new Set(sentences.map(ownerIn));
  const [owner] = owners;
  return owners.size === 1 ? owner : undefined;
};

const listOf = (value: FactValue | undefined): readonly string[] => (Array.isArray(value) ? value : []);

const ownerIn = (sentence: string): Layer | undefined => {
  const [, owner] = /\(of (dockerd|containerd|runc)\b/.exec(sentence) ?? [];
  return owner as Layer | undefined;
};
