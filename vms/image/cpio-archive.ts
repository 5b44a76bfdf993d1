/** One member of a {@link cpioArchive}. */
export type CpioMember =
  | {readonly path: string; readonly type: 'folder'}
  | {readonly path: string; readonly type: 'file'; readonly content: Uint8Array; readonly mode: number}
  | {readonly path: string; readonly type: 'symlink'; readonly target: string}
  /** A character device, which a kernel needs before it has a `/dev`. */
  | {readonly path: string; readonly type: 'device'; readonly major: number; readonly minor: number};

/**
 * An initial RAM file system, uncompressed, with everything owned by root. Folders must come before what is in them.
 * Written here because cpio(1) would need real devices, hence root.
 * Format "newc": https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export const cpioArchive = (members: readonly CpioMember[]): Buffer =>
  Buffer.concat([...members.map((member, index) => record(index + 1, member)), record(0, trailer)]);

const trailer: CpioMember = {path: 'TRAILER!!!', type: 'file', content: new Uint8Array(), mode: 0};

const record = (inode: number, member: CpioMember): Buffer => {
  const content = contentOf(member);
  const name = Buffer.from(`${member.path}\0`);
  const [major, minor] = member.type === 'device' ? [member.major, member.minor] : [0, 0];
  const fields = [inode, modeOf(member), 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(content)]);
};

const contentOf = (member: CpioMember): Buffer => {
  if (member.type === 'file') return Buffer.from(member.content);
  return member.type === 'symlink' ? Buffer.from(member.target) : Buffer.alloc(0);
};

/** File types of inode(7). */
const modeOf = (member: CpioMember): number => {
  switch (member.type) {
    case 'folder':
      return 0o040755;
    case 'file':
      return 0o100000 | member.mode;
    case 'symlink':
      return 0o120777;
    case 'device':
      return 0o020600;
  }
};

/** To a multiple of four bytes. */
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
