import {expect, test} from 'vitest';
import {parseSshOptions} from './ssh-config.ts';

test('the first of an option counts, and a value may have spaces', () => {
  const options = parseSshOptions(
    'host machine\nuser root\nhostname 192.168.121.2\nport 22\nidentityfile /a folder/key\nidentityfile ~/.ssh/id_rsa\n\n',
  );
  expect(options.get('hostname')).toBe('192.168.121.2');
  expect(options.get('identityfile')).toBe('/a folder/key');
  expect(options.get('proxycommand')).toBeUndefined();
});
