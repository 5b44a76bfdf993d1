import type {Comparison} from './comparison.ts';

/** Says that the runs are of different versions of this tool, which see more or less. Empty when they are not. */
export const toolNote = ({old, new: recent}: Pick<Comparison, 'old' | 'new'>): string[] =>
  old.toolVersion === recent.toolVersion
    ? []
    : [
        `plumbline ${old.toolVersion} made the old run and ${recent.toolVersion} the new one: facts that only one of them sees are added or removed`,
      ];
