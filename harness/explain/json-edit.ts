/** The statements of Perl that turn the value in `$spec`, decoded by JSON::PP, from `before` into `after`: only what differs. */
export const perlEdit = (before: unknown, after: unknown, place = '$spec'): string[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) {
    return [];
  }
  if (isObject(before) && isObject(after)) {
    return objectEdit(before, after, place);
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    return arrayEdit(before, after, place);
  }
  return [`${place} = ${perlValue(after)};`];
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectEdit = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  place: string,
): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const member = `${arrow(place)}{${/^[a-z]\w*$/i.test(key) ? key : perlValue(key)}}`;
    return Object.hasOwn(after, key) ? perlEdit(before[key], after[key], member) : [`delete ${member};`];
  });

const arrayEdit = (before: readonly unknown[], after: readonly unknown[], place: string): string[] => {
  const isExtended =
    after.length > before.length &&
    before.every((item, index) => JSON.stringify(item) === JSON.stringify(after[index]));
  if (isExtended) {
    return [
      `push @{${place}}, ${after
        .slice(before.length)
        .map((item) => perlValue(item))
        .join(', ')};`,
    ];
  }
  return before.length === after.length && after.every((item) => isObject(item))
    ? after.flatMap((item, index) => perlEdit(before[index], item, `${arrow(place)}[${index}]`))
    : [`${place} = ${perlValue(after)};`];
};

/** perlref(1): the arrow is needed after the variable only. */
const arrow = (place: string): string => (place.includes('->') ? place : `${place}->`);

const perlValue = (value: unknown): string => {
  if (Array.isArray(value)) {
    return `[${value.map((item) => perlValue(item)).join(', ')}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, item]) => `${perlValue(key)} => ${perlValue(item)}`);
    return `{${members.join(', ')}}`;
  }
  if (typeof value === 'string') {
    // perlop(1): what a double-quoted string of JSON says in Perl too, once its variables are none.
    return JSON.stringify(value)
      .replaceAll(/[$@]/g, String.raw`\$&`)
      .replaceAll(/\\u([0-9a-f]{4})/gi, String.raw`\x{$1}`);
  }
  if (typeof value === 'boolean') {
    return `JSON::PP::${value}`;
  }
  return typeof value === 'number' ? String(value) : 'undef';
};
