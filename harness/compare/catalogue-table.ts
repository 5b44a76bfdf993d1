import type {FactValue} from '../observe/fact.ts';
import {rateText} from './rate-differences.ts';
import type {CatalogueEntry} from './catalogue.ts';
import type {LoadedRun} from './loaded-run.ts';
import {valueText} from './value-text.ts';

/** One place where an entry is seen, with what the runs say there. */
export interface CatalogueRow {
  readonly entry: CatalogueEntry;
  /** `undefined` for an entry that is shown nowhere. */
  readonly place: CatalogueEntry['shown'][number] | undefined;
  /** By runtime set; `undefined` where no run has the fact. */
  readonly values: ReadonlyMap<string, string | undefined>;
}

/** What became of the catalogue: which entries the runs show. */
export interface CatalogueResult {
  readonly runtimeSets: readonly string[];
  readonly rows: readonly CatalogueRow[];
  /** Places that no run has for any of the runtime sets: a scenario or fact that was renamed, or not run. */
  readonly missing: readonly string[];
}

/** Looks an entry's places up in runs, each of one or more runtime sets. */
export const catalogueResult = (entries: readonly CatalogueEntry[], runs: readonly LoadedRun[]): CatalogueResult => {
  const runtimeSets = [...new Set(runs.flatMap(({record}) => record.cells.map(({runtimeSet}) => runtimeSet)))];
  const rows = entries.flatMap((entry): CatalogueRow[] =>
    entry.shown.length === 0
      ? [{entry, place: undefined, values: new Map()}]
      : entry.shown.map((place) => ({
          entry,
          place,
          values: new Map(runtimeSets.map((set) => [set, valueIn(runs, place, set)])),
        })),
  );
  const missing = rows.flatMap(({entry, place, values}) =>
    place !== undefined && [...values.values()].every((value) => value === undefined)
      ? [`${entry.id}: "${place.scenario}" at ${place.level}, ${place.fact}`]
      : [],
  );
  return {runtimeSets, rows, missing};
};

/** The value of a fact, or all of them where it is not the same in all cells; of rates the sum. */
const valueIn = (
  runs: readonly LoadedRun[],
  {scenario, level, fact, item}: CatalogueEntry['shown'][number],
  runtimeSet: string,
): string | undefined => {
  const observations = runs
    .flatMap((run) => [...run.observations.values()])
    .filter((one) => one.scenario === scenario && one.level === level && one.runtimeSet === runtimeSet);
  const rates = observations.flatMap(({rates: all}) => (all[fact] === undefined ? [] : [all[fact]]));
  if (rates.length > 0) {
    return rateText({
      hits: rates.reduce((sum, {hits}) => sum + hits, 0),
      of: rates.reduce((sum, {of}) => sum + of, 0),
    });
  }
  const values = observations.flatMap(({facts}) => (fact in facts ? [textOf(facts[fact] as FactValue, item)] : []));
  return values.length === 0 ? undefined : [...new Set(values)].join(' or ');
};

const textOf = (value: FactValue, item: string | undefined): string =>
  item !== undefined && Array.isArray(value) ? (value.includes(item) ? 'listed' : 'not listed') : valueText(value);

/** The table in Markdown, with a sentence on how much of it is shown. */
export const catalogueTable = ({runtimeSets, rows}: CatalogueResult): string => {
  const shown = rows.filter(({place}) => place !== undefined);
  const others = rows.filter(({place}) => place === undefined);
  return [
    summaryOf(rows),
    '',
    `| entry | what users notice | seen in | ${runtimeSets.join(' | ')} |`,
    `|---|---|---|${'---|'.repeat(runtimeSets.length)}`,
    ...shown.map(
      ({entry, place, values}) =>
        `| [${entry.id}](${entry.link}) | ${cell(entry.about)} | ${cell(`${place?.scenario} · ${place?.level}`)} · \`${place?.fact}\`${place?.item === undefined ? '' : ` (${cell(place.item)})`} | ${runtimeSets
          .map((set) => cell(values.get(set) ?? '-'))
          .join(' | ')} |`,
    ),
    ...(others.length === 0
      ? []
      : [
          '',
          '| entry | what users notice | why it is not shown |',
          '|---|---|---|',
          ...others.map(
            ({entry}) => `| [${entry.id}](${entry.link}) | ${cell(entry.about)} | ${cell(entry.why ?? '')} |`,
          ),
        ]),
    '',
  ].join('\n');
};

const summaryOf = (rows: readonly CatalogueRow[]): string => {
  const seen = new Set(
    rows.filter(({values}) => [...values.values()].some((value) => value !== undefined)).map(({entry}) => entry.id),
  );
  const counts = (['differs', 'rate', 'same', 'likely'] as const).flatMap((between) => {
    const ids = new Set(rows.filter(({entry}) => entry.between === between).map(({entry}) => entry.id));
    return ids.size === 0 ? [] : [`${ids.intersection(seen).size} of ${ids.size} ${TITLES[between]}`];
  });
  return `Shown: ${counts.join(', ')}.`;
};

const TITLES = {
  differs: 'that differ between the sets',
  rate: 'that differ in how often they happen',
  same: 'that are the same in all of them',
  likely: 'that may differ',
} as const;

const LONGEST = 90;

/** A cell of a table: one line, without the table's own signs, and not too long. */
const cell = (text: string): string => {
  const line = text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
};
