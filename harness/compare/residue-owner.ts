import type {FactValue} from '../observe/fact.ts';
import type {Layer} from './layer.ts';

/** The component that everything belongs to by which two lists of things left behind differ, where the sentences say one. */
export const residueOwner = (
  fact: string,
  old: FactValue | undefined,
  recent: FactValue | undefined,
): Layer | undefined => {
  if (!/^residue\b/.test(fact)) {
    return undefined;
  }
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
