import {describe, expect, test} from 'vitest';
import {ProvisionError} from '../errors.ts';
import {bakeFailure, translateFailure} from './bake-failure.ts';

const failed = {action: 'bake root "x"', folder: '/cache', argv: ['mmdebstrap', 'x'], ended: 'exit code 25'};

describe('bakeFailure', () => {
  test('quotes the lines that say why', () => {
    const output = `I: running apt-get update...
Err:1 http://deb.debian.org/debian nosuch Release
  404  Not Found
E: The repository 'http://deb.debian.org/debian nosuch Release' does not have a Release file.
E: apt-get update failed`;
    expect(bakeFailure({...failed, output}).message).toBe(
      `Cannot bake root "x": mmdebstrap ended with exit code 25, Err:1 http://deb.debian.org/debian nosuch Release | E: The repository 'http://deb.debian.org/debian nosuch Release' does not have a Release file | E: apt-get update failed`,
    );
  });

  test('quotes the last lines where none is marked', () => {
    expect(bakeFailure({...failed, output: 'a\nb\n\n'}).message).toBe(
      'Cannot bake root "x": mmdebstrap ended with exit code 25, a | b',
    );
  });

  test.for([
    'tar: ./bin/x: Cannot write: No space left on device',
    "E: You don't have enough free space in /var/cache/apt/archives/.",
    'tar: /x/layer.tar: Wrote only 2048 of 10240 bytes',
  ])('tells a full disk from "%s"', (output) => {
    expect(bakeFailure({...failed, output}).message).toMatch(/^Cannot bake root "x": the disk of "\/cache" is full/u);
  });
});

describe('translateFailure', () => {
  test('tells a full disk from the code of the error', () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});
    const translated = translateFailure(error, 'bake root "x"', '/cache');
    expect(translated).toBeInstanceOf(ProvisionError);
    expect(translated).toMatchObject({cause: error});
  });

  test('passes on everything else', () => {
    const error = new Error('other');
    expect(translateFailure(error, 'bake root "x"', '/cache')).toBe(error);
  });
});
