import {expect, test} from 'vitest';
import {shownArguments, shownCommand, shownValue, withoutSecrets} from './secret.ts';

test.each([
  'TOKEN',
  'GITHUB_TOKEN',
  'db_password',
  'AWS_SECRET_ACCESS_KEY',
  'apikey',
  'REGISTRY_AUTH',
  'SENTRY_DSN',
  'MYSQL_ROOT_PWD',
])('the value of %s is not shown', (name) => {
  expect(shownValue(name, 'abc123')).toBe('<redacted>');
});

test.each(['PATH', 'HOME', 'NGINX_VERSION', 'KEYBOARD', 'PWD', 'OLDPWD', 'AUTHOR', 'PASSENGERS', 'HOSTNAME'])(
  'the value of %s is shown',
  (name) => {
    expect(shownValue(name, 'abc123')).toBe('abc123');
  },
);

test('that there is no value may be seen', () => {
  expect(shownValue('TOKEN', '')).toBe('');
});

test('arguments that set a secret lose it', () => {
  const argv = [
    'ctr',
    'run',
    '--env',
    'DB_PASSWORD=a b\nc',
    '--env=API_TOKEN=x',
    '-e=KEY=',
    '--keyring=x',
    'PATH=/bin',
  ];
  expect(shownArguments(argv)).toEqual([
    'ctr',
    'run',
    '--env',
    'DB_PASSWORD=<redacted>',
    '--env=API_TOKEN=<redacted>',
    '-e=KEY=',
    '--keyring=x',
    'PATH=/bin',
  ]);
});

test('strings of a document that set a secret lose it', () => {
  const document = {Env: ['PATH=/bin', 'DB_PASSWORD=a "quoted" \\', 'TOKEN='], Name: 'PASSWORD'};
  expect(JSON.parse(withoutSecrets(JSON.stringify(document)))).toEqual({
    ...document,
    Env: ['PATH=/bin', 'DB_PASSWORD=<redacted>', 'TOKEN='],
  });
});

test('a long command is cut, and no part of a secret is left at its end', () => {
  const before = 'x'.repeat(480);
  expect(shownCommand([before, 'TOKEN=abcdefghijklmnopqrstuvwxyz'])).toBe(`${before} TOKEN=<redacted>`);
  expect(shownCommand([before, 'y'.repeat(100)])).toBe(`${before} ${'y'.repeat(19)}…`);
});
