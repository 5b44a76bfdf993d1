import {expect, test} from 'vitest';
import type {LevelName} from '../levels/level.ts';
import {ownerOf} from './owner.ts';

test.each<[fact: string, differsAt: LevelName[], owner: string | undefined]>([
  ['time.create a container to export', ['runc'], 'dockerd'],
  ['time.export its file system', ['runc'], 'dockerd'],
  ['time.write a default spec', ['runc'], undefined],
  ['rootfs.top./.dockerenv', ['runc'], 'dockerd'],
  ['rootfs.top./.dockerenv', ['docker', 'runc'], 'dockerd'],
  ['rootfs.top./sys', ['ctr', 'runc'], undefined],
  ['rootfs.top./sys', ['ctr'], undefined],
  ['rootfs.written', ['runc'], undefined],
])("%s at %j is %s's", (fact, differsAt, owner) => {
  expect(ownerOf({fact, old: 1, new: 2}, new Set(differsAt))?.layer).toBe(owner);
});
