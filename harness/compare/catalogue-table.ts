import type {FactValue, Rate} from '../observe/fact.ts';
import {areUnlike, rateText} from './rate-differences.ts';
import type {CatalogueEntry} from './catalogue.ts';
import {isVirtual} from './baseline-name.ts';
import type {LoadedRun} from './loaded-run.ts';
import {valueText} from './value-text.ts';

/** What runs say of a fact: its values as they are shown, or how often it was so. */
type Seen = string | Rate;

/** One place where an entry is seen, with what the runs say there. */
export interface CatalogueRow {
  readonly entry: CatalogueEntry;
  /** `undefined` for an entry that is shown nowhere. */
  readonly place: CatalogueEntry['shown'][number] | undefined;
  /** By runtime set; `undefined` where no run has the fact. */
  readonly values: ReadonlyMap<string, Seen | undefined>;
}

/** What became of the catalogue: which entries the runs show. */
export interface CatalogueResult {
  readonly runtimeSets: readonly string[];
  readonly rows: readonly CatalogueRow[];
  /** Places that no run has, of entries that need nothing special: a scenario or fact that was renamed, or not run. */
  readonly missing: readonly string[];
}

/**
 * Looks an entry's places up in runs, each of one or more runtime sets: those that need a virtual machine in runs that had one, the others
 * in the rest of the runs, as long as there are any.
 */
export const catalogueResult = (entries: readonly CatalogueEntry[], runs: readonly LoadedRun[]): CatalogueResult => {
  const runtimeSets = [...new Set(runs.flatMap(({record}) => record.cells.map(({runtimeSet}) => runtimeSet)))];
  const virtual = runs.filter(isVirtual);
  const others = runs.filter((run) => !isVirtual(run));
  const usual = others.length > 0 ? others : runs;
  const rows = entries.flatMap((entry): CatalogueRow[] =>
    entry.shown.length === 0
      ? [{entry, place: undefined, values: new Map()}]
      : entry.shown.map((place) => {
          const looked = place.machine === 'virtual' ? virtual : usual;
          return {entry, place, values: new Map(runtimeSets.map((set) => [set, valueIn(looked, place, set)]))};
        }),
  );
  const missing = rows.flatMap(({entry, place, values}) =>
    place !== undefined && entry.why === undefined && seenIn(values).length === 0
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
): Seen | undefined => {
  const observations = runs
    .flatMap((run) => [...run.observations.values()])
    .filter((one) => one.scenario === scenario && one.level === level && one.runtimeSet === runtimeSet);
  const rates = observations.flatMap(({rates: all}) => (all[fact] === undefined ? [] : [all[fact]]));
  if (rates.length > 0) {
    return {
      hits: rates.reduce((sum, {hits}) => sum + hits, 0),
      of: rates.reduce((sum, {of}) => sum + of, 0),
    };
  }
  const values = observations.flatMap(({facts}) => (fact in facts ? [textOf(facts[fact] as FactValue, item)] : []));
  return values.length === 0 ? undefined : [...new Set(values)].join(' or ');
};

const textOf = (value: FactValue, item: string | undefined): string =>
  item !== undefined && Array.isArray(value) ? (value.includes(item) ? 'listed' : 'not listed') : valueText(value);

/** The tables in Markdown, after a sentence on how much of the catalogue the runs show. */
export const catalogueTable = ({runtimeSets, rows}: CatalogueResult): string => {
  const remarks = new Map(rows.flatMap(({entry}) => (entry.why === undefined ? [] : [[entry.id, entry] as const])));
  return [
    summaryOf(rows),
    '',
    `| entry | what users notice | seen in | ${runtimeSets.join(' | ')} |`,
    `|---|---|---|${'---|'.repeat(runtimeSets.length)}`,
    ...rows.flatMap(({entry, place, values}) =>
      place === undefined
        ? []
        : [
            `| ${linkOf(entry)} | ${placeText(place)} | ${runtimeSets.map((set) => cell(seenText(values.get(set)))).join(' | ')} |`,
          ],
    ),
    ...(remarks.size === 0
      ? []
      : ['', '| entry | what users notice | why it is not shown, or what shows it |', '|---|---|---|']),
    ...[...remarks.values()].map((entry) => `| ${linkOf(entry)} | ${oneLine(entry.why ?? '')} |`),
    '',
  ].join('\n');
};

const seenText = (seen: Seen = '-'): string => (typeof seen === 'string' ? seen : rateText(seen));

const linkOf = ({id, link, about}: CatalogueEntry): string => `[${id}](${link}) | ${cell(about)}`;

const placeText = ({scenario, level, fact, item, machine}: CatalogueEntry['shown'][number]): string =>
  [
    cell(scenario),
    level,
    `\`${fact}\`${item === undefined ? '' : ` (${cell(item)})`}`,
    ...(machine === undefined ? [] : ['in a virtual machine']),
  ].join(' · ');

const seenIn = (values: CatalogueRow['values']): Seen[] => [...values.values()].filter((value) => value !== undefined);

/**
 * Whether the runs show what an entry says of its places, `seen` being the values of each place that some run has. One runtime set alone
 * tells nothing of how several differ; there it is enough that the places are seen.
 */
const isShown = (between: CatalogueEntry['between'], seen: readonly (readonly Seen[])[]): boolean => {
  const differs = (values: readonly Seen[]): boolean =>
    values.some((one) => values.some((other) => isOther(one, other)));
  if (between === 'same') {
    return seen.length > 0 && !seen.some(differs);
  }
  return between === 'likely' || !seen.some((values) => values.length > 1) ? seen.length > 0 : seen.some(differs);
};

const isOther = (one: Seen, other: Seen): boolean =>
  typeof one === 'string' || typeof other === 'string' ? one !== other : areUnlike(one, other);

const summaryOf = (rows: readonly CatalogueRow[]): string => {
  const byEntry = Map.groupBy(rows, ({entry}) => entry);
  const counts = (['differs', 'rate', 'same', 'likely'] as const).flatMap((between) => {
    const entries = [...byEntry].filter(([entry]) => entry.between === between);
    const shown = entries.filter(([, places]) =>
      isShown(
        between,
        places.map(({values}) => seenIn(values)).filter(({length}) => length > 0),
      ),
    );
    return entries.length === 0 ? [] : [`${shown.length} of ${entries.length} ${TITLES[between]}`];
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

/** One line, without the signs of a table. */
const oneLine = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A cell of a table that must not become too wide. */
const cell = (text: string): string => {
  const line = oneLine(text);
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
};
