const BLOCK = 512;

/**
 * An archive with one file, in the format pax: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_01.
 * `extended` are records of its extended header, such as `SCHILY.xattr.user.name` for an attribute.
 */
export const archiveOf = (name: string, content: string, extended: Readonly<Record<string, string>>): Buffer => {
  const records = Object.entries(extended).map(([key, value]) => recordOf(key, value));
  return Buffer.concat([
    entry('PaxHeaders/extended', 'x', records.join('')),
    entry(name, '0', content),
    Buffer.alloc(2 * BLOCK),
  ]);
};

/** `LENGTH KEY=VALUE`, where the length counts its own digits too. */
const recordOf = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) {
    length = String(length).length + rest.length;
  }
  return `${length}${rest}`;
};

const entry = (name: string, type: string, content: string): Buffer => {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(' '.repeat(8), 148); // The checksum counts itself as blanks.
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / BLOCK) * BLOCK);
  body.write(content);
  return Buffer.concat([header, body]);
};
