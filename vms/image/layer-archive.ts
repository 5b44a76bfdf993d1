import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {bakeFailure} from './bake-failure.ts';
import {imageEpoch, type StoredLayer} from './oci-documents.ts';

/**
 * Packs a tree as a compressed layer at `file`: the same tree gives the same bytes, whenever and in whatever order its files were made.
 * gzip(1) rather than Node's zlib, whose output depends on the processor. A full disk is told as one, in a {@link bakeFailure}.
 */
export const packLayer = async (tree: string, file: string, signal: AbortSignal): Promise<StoredLayer> => {
  // Loaded here and not above: it takes a tenth of a second, and most runs pack nothing.
  const {$, ProcessOutput} = await import('zx');
  const plain = `${file}.tar`;
  const shell = $({signal, quiet: true, env: {...process.env, LC_ALL: 'C', GZIP: undefined}});
  try {
    // ustar and the GNU format have no fields for the times of access and change, which the pax format would store.
    await shell`tar --create --format=gnu --sort=name --mtime=@${imageEpoch} --numeric-owner --file=${plain} --directory=${tree} .`;
    const diffId = await digestOfFile(plain);
    await shell`gzip --no-name --stdout ${plain} > ${file}`;
    await shell`rm ${plain}`;
    const {size} = await stat(file);
    return {digest: await digestOfFile(file), size, diffId};
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProcessOutput)) throw error;
    const {signal: killedBy, exitCode, stderr} = error;
    throw bakeFailure({
      action: 'pack a layer',
      folder: dirname(file),
      argv: ['tar', '--create', plain],
      ended: killedBy ?? `exit code ${exitCode}`,
      output: stderr,
      cause: error,
    });
  }
};

const digestOfFile = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
};
