import {chmod, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {packLayer} from './layer-archive.ts';
import {digestOf} from './oci-documents.ts';

const {signal} = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layer-archive-'));
});
afterEach(async () => rm(folder, {recursive: true}));

test('the same tree gives the same bytes, whenever and in whatever order it was made', async () => {
  const first = await packLayer(await makeTree('first', ['a', 'b', 'c'], 1_000_000), join(folder, '1.tar.gz'), signal);
  const second = await packLayer(
    await makeTree('second', ['c', 'a', 'b'], 2_000_000),
    join(folder, '2.tar.gz'),
    signal,
  );
  expect(second).toEqual(first);
});

test('digest and size are those of the file', async () => {
  const file = join(folder, 'layer.tar.gz');
  const layer = await packLayer(await makeTree('tree', ['a'], 0), file, signal);
  const bytes = await readFile(file);
  expect(layer).toMatchObject({digest: digestOf(bytes), size: bytes.length});
});

test('another mode is another layer', async () => {
  const tree = await makeTree('tree', ['a'], 0);
  const before = await packLayer(tree, join(folder, '1.tar.gz'), signal);
  await chmod(join(tree, 'etc/a'), 0o755);
  expect(await packLayer(tree, join(folder, '2.tar.gz'), signal)).not.toEqual(before);
});

const makeTree = async (name: string, files: readonly string[], time: number): Promise<string> => {
  const tree = join(folder, name);
  await mkdir(join(tree, 'etc'), {recursive: true});
  for (const file of files) {
    await writeFile(join(tree, 'etc', file), file);
    await utimes(join(tree, 'etc', file), time, time);
  }
  await symlink('etc/a', join(tree, 'link'));
  return tree;
};
