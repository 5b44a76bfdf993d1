import {expect, test} from 'vitest';
import {makeKeptFolder} from './kept-folder.ts';

test('a folder that can not be made is said with what moves it', async () => {
  const sentence = `Cannot make the folder "/proc/none": ENOENT: no such file or directory, mkdir '/proc/none'`;
  await expect(makeKeptFolder('/proc/none', 'XDG_STATE_HOME')).rejects.toMatchObject({
    message: sentence,
    failureClass: 'host',
    requirements: [{sentence, remedy: 'export XDG_STATE_HOME=/a/folder/of/yours'}],
  });
});
