import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {expect, test} from 'vitest';
import {remoteEnd, trailerMark} from './remote-command.ts';
import {RemoteStderr} from './remote-stderr.ts';

const command = {token: 'plumbline-test'};

/** What comes out of the pieces, and what they say of the end of a command whose shell has exited with 254. */
const read = async (pieces: readonly string[]) => {
  const stderr = Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(new RemoteStderr(command));
  const text = (await buffer(stderr)).toString();
  return {text, end: remoteEnd(command, 254, stderr.trailer).end};
};

test('the signal is found wherever its line is cut, and what the command wrote is whole', async () => {
  const whole = `first\nlast\n${trailerMark(command)}137 Killed\n`;
  for (let cut = 1; cut < whole.length; cut += 1) {
    const pieces = [whole.slice(0, cut), whole.slice(cut)];
    expect(await read(pieces)).toEqual({text: 'first\nlast\n', end: {kind: 'signal', signal: 'SIGKILL'}});
  }
});

test("what only begins like it is the command's own", async () => {
  const pieces = ['one\0', 'two\0plumbline-', 'none\0plum'];
  expect(await read(pieces)).toEqual({text: pieces.join(''), end: {kind: 'exit', exitCode: 254}});
});
