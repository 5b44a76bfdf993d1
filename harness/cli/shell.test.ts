import {expect, test} from 'vitest';
import {shellOperands} from './shell.ts';

test.each([
  [[], ['shell'], 'latest', []],
  [['r1'], ['shell', 'r1'], 'r1', []],
  [['r1', 'id'], ['shell', 'r1', 'id'], 'r1', ['id']],
  [['r1', 'sh', '-c', 'id'], ['shell', 'r1', '--', 'sh', '-c', 'id'], 'r1', ['sh', '-c', 'id']],
  [['sh', '-c', 'id'], ['shell', '--cell', 'ctr', '--', 'sh', '-c', 'id'], 'latest', ['sh', '-c', 'id']],
  [['id', '--', 'x'], ['shell', '--', 'id', '--', 'x'], 'latest', ['id', '--', 'x']],
])('the operands %j of %j', (operands, argv, run, command) => {
  expect(shellOperands(operands, argv)).toEqual({run, command});
});
