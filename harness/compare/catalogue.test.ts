import {mkdtempDisposable, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {catalogueResult, catalogueTable} from './catalogue-table.ts';
import {readCatalogue, type CatalogueEntry} from './catalogue.ts';
import {exampleMachine} from '../report/example-run.ts';
import {exampleLoadedRun} from './example-runs.ts';

const entry = (changes: Partial<CatalogueEntry>): CatalogueEntry => ({
  id: 'SEC-01',
  about: 'Open files',
  link: 'https://example.org/1',
  between: 'differs',
  shown: [{scenario: 'nginx', level: 'runc', fact: 'process.umask'}],
  ...changes,
});

const runOf = (runtimeSet: string, umask: string) =>
  exampleLoadedRun([{level: 'runc', facts: {'process.umask': umask}, cell: {runtimeSet}}]);

test('an entry has a value for each runtime set', () => {
  const result = catalogueResult(
    [entry({}), entry({id: 'CG-06', about: 'a | b', between: 'likely', shown: [], why: 'needs another host'})],
    [runOf('bookworm', '0022'), runOf('forky', '0077')],
  );
  expect(result.missing).toEqual([]);
  expect(catalogueTable(result)).toBe(`Shown: 1 of 1 that differ between the sets, 0 of 1 that may differ.

| entry | what users notice | seen in | bookworm | forky |
|---|---|---|---|---|
| [SEC-01](https://example.org/1) | Open files | nginx · runc · \`process.umask\` | 0022 | 0077 |

| entry | what users notice | why it is not shown, or what shows it |
|---|---|---|
| [CG-06](https://example.org/1) | a \\| b | needs another host |
`);
});

test('a reason is told to its end, and a value cut short', () => {
  const [value, why] = ['v'.repeat(200), 'w'.repeat(200)];
  const table = catalogueTable(catalogueResult([entry({why})], [runOf('forky', value)]));
  expect(table).toContain(`| ${why} |`);
  expect(table).toContain(`| ${value.slice(0, 89)}… |`);
});

test('a place in a virtual machine has the values of one, the others those of a sandbox', () => {
  const place = {scenario: 'nginx', level: 'runc', fact: 'process.umask'} as const;
  const inMachine = (acceleration: string, umask: string) =>
    exampleLoadedRun([{level: 'runc', facts: {'process.umask': umask}, cell: {runtimeSet: 'forky'}}], {
      machines: [{...exampleMachine(), traits: {acceleration}}],
    });
  const {rows} = catalogueResult(
    [entry({shown: [place, {...place, machine: 'virtual'}]})],
    [inMachine('tcg', '0077'), inMachine('none', '0022')],
  );
  expect(rows.map(({values}) => values.get('forky'))).toEqual(['0022', '0077']);
});

test('a place that no run has is missing', () => {
  const {missing} = catalogueResult(
    [entry({shown: [{scenario: 'nginx', level: 'docker', fact: 'process.umask'}]})],
    [runOf('bookworm', '0022')],
  );
  expect(missing).toEqual(['SEC-01: "nginx" at docker, process.umask']);
});

test.each([
  ['differs', ['0022', '0022'], 0],
  ['differs', ['0022', '0077'], 1],
  ['differs', ['0022'], 1],
  ['rate', ['0022', '0022'], 0],
  ['same', ['0022', '0022'], 1],
  ['same', ['0022', '0077'], 0],
  ['likely', ['0022', '0022'], 1],
] as const)('of an entry that is to be "%s", %j shows %d', (between, values, shown) => {
  const runs = values.map((umask, index) => runOf(['bookworm', 'forky'][index] ?? '', umask));
  expect(catalogueTable(catalogueResult([entry({between})], runs))).toMatch(new RegExp(`^Shown: ${shown} of 1 `));
});

test.each([
  ['rate', {hits: 5, of: 5}, {hits: 10, of: 10}, 0],
  ['rate', {hits: 3, of: 5}, {hits: 5, of: 5}, 0],
  ['rate', {hits: 1, of: 12}, {hits: 8, of: 12}, 1],
  ['same', {hits: 5, of: 5}, {hits: 10, of: 10}, 1],
  ['same', {hits: 1, of: 12}, {hits: 8, of: 12}, 0],
] as const)('of an entry that is to be "%s", %j and %j show %d', (between, one, other, shown) => {
  const fact = 'limits.oom.flagged';
  const runs = [one, other].map((rate, index) => {
    const run = runOf(['bookworm', 'forky'][index] ?? '', '0022');
    const observations = [...run.observations].map(
      ([name, observation]) => [name, {...observation, rates: {[fact]: rate}}] as const,
    );
    return {...run, observations: new Map(observations)};
  });
  const table = catalogueTable(
    catalogueResult([entry({between, shown: [{scenario: 'nginx', level: 'runc', fact}]})], runs),
  );
  expect(table).toMatch(new RegExp(`^Shown: ${shown} of 1 `));
  expect(table).toContain(`| ${one.hits} of ${one.of} | ${other.hits} of ${other.of} |`);
});

test('an entry that is to be the same is not shown where one of its places differs', () => {
  const shown = (['runc', 'ctr'] as const).map((level) => ({scenario: 'nginx', level, fact: 'process.umask'}));
  const runs = (['0022', '0077'] as const).map((umask, index) =>
    exampleLoadedRun([
      {level: 'runc', facts: {'process.umask': '0022'}, cell: {runtimeSet: `set-${index}`}},
      {level: 'ctr', facts: {'process.umask': umask}, cell: {runtimeSet: `set-${index}`}},
    ]),
  );
  expect(catalogueTable(catalogueResult([entry({between: 'same', shown})], runs))).toMatch(/^Shown: 0 of 1 /);
});

test.each([
  ['entries: [{id: x}]', /"entries\.0\.id": .*an id such as SEC-01/],
  ['entries: [', /Cannot read catalogue/],
  [
    'entries: [{id: A-1, about: a, link: "https://a.example", between: same}]',
    /entry "A-1" has neither "shown" nor "why"/,
  ],
])('%s is refused', async (content, sentence) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'catalogue-'));
  const file = join(folder.path, 'catalogue.yaml');
  await writeFile(file, content);
  await expect(readCatalogue(file)).rejects.toThrow(sentence);
});

test('the catalogue that comes with the tool is whole', async () => {
  const entries = await readCatalogue(new URL('../../scenarios/catalogue.yaml', import.meta.url).pathname);
  expect(entries.length).toBeGreaterThan(0);
  expect(catalogueTable(catalogueResult(entries, []))).not.toContain('…');
});
