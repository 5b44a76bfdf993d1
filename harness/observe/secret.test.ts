import {expect, test} from 'vitest';
import {shownValue} from './secret.ts';

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
