import {expect, test} from 'vitest';
import {isOf} from './folder-processes.ts';

const folder = '/state/machines/m1';

test.for([
  ['its QEMU', ['/usr/bin/qemu-system-x86_64', '-drive', `file=${folder}/disk.qcow2`], true],
  ['its ssh', ['ssh', '-S', `${folder}/ssh`], true],
  ['the QEMU of a machine with a longer name', ['qemu-system-x86_64', '-drive', `file=${folder}0/disk.qcow2`], false],
  ['an editor', ['vi', `${folder}/console.log`], false],
  ['a kernel thread', [''], false],
] as const)('%s', ([, argv, expected]) => {
  expect(isOf(folder, argv)).toBe(expected);
});
