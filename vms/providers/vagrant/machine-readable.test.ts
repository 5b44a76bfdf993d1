import {expect, test} from 'vitest';
import {backtraceError, parseVagrantEvents, sshConfigText, vagrantError} from './machine-readable.ts';

test('what Vagrant escapes comes back', () => {
  expect(parseVagrantEvents('1795461641,machine,ui,warn,==> machine: one%!(VAGRANT_COMMA) two\\nthree\n')).toEqual([
    {target: 'machine', type: 'ui', data: ['warn', '==> machine: one, two\nthree']},
  ]);
});

test('a progress bar hides no event, and a backtrace is none', () => {
  const text =
    '\r\u001B[KProgress: 50%\r\u001B[K1795461607,machine,metadata,provider,libvirt\n\tfrom /usr/lib/ruby/a.rb:1,2,3\n\n';
  expect(parseVagrantEvents(text)).toEqual([{target: 'machine', type: 'metadata', data: ['provider', 'libvirt']}]);
});

test('the error that Vagrant ended with is one sentence', () => {
  const events = parseVagrantEvents(
    '1,,ui,error,no\n1795462003,,error-exit,Vagrant::Errors::VMBootTimeout,Timed out while waiting for the machine to boot. This means that\\nVagrant was unable\n',
  );
  expect(vagrantError(events)).toBe(
    'Timed out while waiting for the machine to boot. This means that Vagrant was unable',
  );
  expect(vagrantError([])).toBeUndefined();
});

test('the configuration of ssh is taken from its event, not from the copy for a person', () => {
  const config = 'Host machine\n  HostName 192.168.121.2\n  Port 22\n';
  const text = `1795462003,machine,ssh-config,${config.replaceAll('\n', '\\n')}\n${config}\n`;
  expect(sshConfigText(parseVagrantEvents(text))).toBe(config);
  expect(sshConfigText([])).toBeUndefined();
});

test('a backtrace is told without its places', () => {
  const stderr =
    "/usr/lib/ruby/vendor_ruby/fog/libvirt/requests/compute/vm_action.rb:7:in `create': Call to virDomainCreateWithFlags failed: failed to set MSR 0x10a (Libvirt::Error)\n\tfrom /usr/lib/a.rb:7:in `b'\n";
  expect(backtraceError(stderr)).toBe('Call to virDomainCreateWithFlags failed: failed to set MSR 0x10a');
  expect(backtraceError('no backtrace\n')).toBeUndefined();
});
