import {expect, test} from 'vitest';
import {isOf} from './folder-processes.ts';

const folder = '/state/machines/m1';

test.for([
  ['its QEMU', ['/usr/bin/qemu-system-x86_64', '-drive', `file=${folder}/disk.qcow2`], true],
  ['its ssh', ['ssh', '-S', `${folder}/ssh`], true],
  ['the QEMU of a machine with a longer name', ['qemu-system-x86_64', '-drive', `file=${folder}0/disk.qcow2`], false],
  ['an editor', ['vi', `${folder}/console.log`], false],
  ['a control connection that has renamed itself', [`ssh: ${folder}/m/ssh.sock [mux]`], true],
  ['that of another machine', ['ssh: /state/machines/m2/m/ssh.sock [mux]'], false],
  ['a kernel thread', [''], false],
] as const)('%s', ([, argv, expected]) => {
  expect(isOf(folder, {argv})).toBe(expected);
});

test('a Lima that works in the folder, and a shell', () => {
  const argv = ['/usr/local/bin/limactl', 'start', 'm'];
  expect(isOf(folder, {argv, cwd: folder})).toBe(true);
  expect(isOf(folder, {argv, cwd: `${folder}0`})).toBe(false);
  expect(isOf(folder, {argv: ['bash'], cwd: folder})).toBe(false);
});
