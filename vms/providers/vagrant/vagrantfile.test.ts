import {expect, test} from 'vitest';
import {vagrantfile} from './vagrantfile.ts';

const spec = {
  box: 'plumbline-bookworm',
  acceleration: 'tcg',
  cpus: 2,
  memoryMiB: 2048,
  initrd: '/state/initrd',
  identity: "/it's/a \\ key",
  console: '/state/console.log',
  door: '/state/a,b/door',
  bootTimeoutSeconds: 360,
} as const;

test('without acceleration the processor is emulated, with KVM it is the one of the host', () => {
  const emulated = vagrantfile(spec);
  expect(emulated).toContain("libvirt.driver = 'qemu'\n");
  expect(emulated).toContain("libvirt.cpu_mode = 'maximum'\n");
  expect(emulated).toContain('no_timer_check');
  const accelerated = vagrantfile({...spec, acceleration: 'kvm'});
  expect(accelerated).toContain("libvirt.driver = 'kvm'\n");
  expect(accelerated).toContain("libvirt.cpu_mode = 'host-passthrough'\n");
  expect(accelerated).not.toContain('no_timer_check');
});

test('the machine asks for its address', () => {
  expect(vagrantfile(spec)).toMatch(/libvirt\.cmd_line = '.* plumbline\.dhcp'\n/u);
});

test('a path comes to Ruby and to QEMU as it is', () => {
  const text = vagrantfile(spec);
  expect(text).toContain(String.raw`config.ssh.private_key_path = '/it\'s/a \\ key'`);
  expect(text).toContain("'socket,id=door,path=/state/a,,b/door,server=on,wait=off'");
});
