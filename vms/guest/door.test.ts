import {expect, test} from 'vitest';
import {greeting, parseWelcome} from './door.ts';

const bootId = '0a233878-5204-4020-8e9a-a142644649af';

test('an answer says which time it was and which boot it is', () => {
  const expected = {before: 'ready', bootId, kernel: '6.1.0-50-cloud-amd64', generation: 'g2'};
  expect(parseWelcome(`welcome ready ${bootId} 6.1.0-50-cloud-amd64 g2\n`)).toEqual(expected);
  expect(parseWelcome(`\u0000welcome ready ${bootId} 6.1.0-50-cloud-amd64 g2\r`)).toEqual(expected);
});

test.for(['ready', 'welcome', `welcome ready ${bootId}`, 'welcome a b c d', ''])('%j is no answer', (line) => {
  expect(parseWelcome(line)).toBeUndefined();
});

test('a greeting is one line, with the time in seconds', () => {
  expect(greeting('g1', 'ssh-ed25519 AAAA', 1_700_000_000_123)).toMatch(
    /^hello g1 1700000000\.123 [\w-]{43} ssh-ed25519 AAAA\n$/u,
  );
});
