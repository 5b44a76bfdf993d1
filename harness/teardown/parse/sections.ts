/** One section of what the inventory script prints. */
export interface Section {
  /** Why it could not be read; empty when it was. */
  readonly problem: string;
  readonly records: readonly (readonly string[])[];
}

/** The sections by name. */
export type Sections = ReadonlyMap<string, Section>;

/** Splits the script's output at its separators: FS between sections, RS between records, US between fields. */
export const parseSections = (output: string): Sections =>
  new Map(
    output.split('\u001C').map((text) => {
      const [[name = '', problem = ''] = [], ...records] = text.split('\u001E').map((record) => record.split('\u001F'));
      return [name, {problem, records}];
    }),
  );

/** Records of a section; none when it is missing or could not be read. */
export const recordsOf = (sections: Sections, name: string): readonly (readonly string[])[] => {
  const section = sections.get(name);
  return section === undefined || section.problem !== '' ? [] : section.records;
};

/** The whole text of a section that has one record with one field. */
export const textOf = (sections: Sections, name: string): string => recordsOf(sections, name)[0]?.[0] ?? '';
