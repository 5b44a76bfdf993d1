import type {Acceleration} from '../../machine.ts';
import {dhcpParameter} from '../../image/initrd.ts';
import {escapeValue, kernelCommandLine} from '../qemu/argv.ts';
import {machineNetwork} from './network.ts';

/** What Vagrant is to make. Paths are absolute. */
export interface VagrantfileSpec {
  readonly box: string;
  readonly acceleration: Acceleration;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** With the machine's own files in it, instead of the box's. */
  readonly initrd: string;
  /** Private key of who may enter. */
  readonly identity: string;
  /** Receives what the machine prints on its first serial port. */
  readonly console: string;
  /** Unix socket of the second serial port. At most 107 bytes. */
  readonly door: string;
  /** How long Vagrant waits for sshd. */
  readonly bootTimeoutSeconds: number;
}

/** Name of the machine in the Vagrantfile, as in `vagrant ssh-config machine`. */
export const vagrantMachine = 'machine';

/**
 * The Vagrantfile of a machine: https://developer.hashicorp.com/vagrant/docs/vagrantfile and
 * https://vagrant-libvirt.github.io/vagrant-libvirt/configuration.html
 */
export const vagrantfile = (spec: VagrantfileSpec): string => `Vagrant.configure("2") do |config|
  config.vm.define ${quote(vagrantMachine)}
  config.vm.box = ${quote(spec.box)}
  config.vm.box_check_update = false
  config.vm.boot_timeout = ${spec.bootTimeoutSeconds}
  # Nothing in the machine is to be changed.
  config.vm.guest = :debian
  config.vm.allow_fstab_modification = false
  config.vm.allow_hosts_modification = false
  config.vm.synced_folder ".", "/vagrant", disabled: true
  config.ssh.insert_key = false
  config.ssh.username = "root"
  # There is no sudo, and no need of it.
  config.ssh.sudo_command = "%c"
  config.ssh.private_key_path = ${quote(spec.identity)}
  config.vm.provider :libvirt do |libvirt|
    libvirt.driver = ${quote(spec.acceleration === 'tcg' ? 'qemu' : 'kvm')}
    libvirt.cpu_mode = ${quote(spec.acceleration === 'tcg' ? 'maximum' : 'host-passthrough')}
    libvirt.cpus = ${spec.cpus}
    libvirt.memory = ${spec.memoryMiB}
    libvirt.machine_type = "pc"
    libvirt.graphics_type = "none"
    libvirt.memballoon_enabled = false
    libvirt.disk_driver :cache => "unsafe"
    libvirt.management_network_name = ${quote(machineNetwork.name)}
    libvirt.management_network_address = ${quote(machineNetwork.network)}
    libvirt.management_network_mode = "none"
    libvirt.management_network_keep = true
    libvirt.initrd = ${quote(spec.initrd)}
    libvirt.cmd_line = ${quote(`${kernelCommandLine(spec)} ${dhcpParameter}`)}
    libvirt.serial :type => "file", :source => {:path => ${quote(spec.console)}}
${qemuArguments(spec.door)
  .map((argument) => `    libvirt.qemuargs :value => ${quote(argument)}\n`)
  .join('')}  end
end
`;

/** The plugin has no words for a socket that QEMU listens on, nor for the device that tells the kernel that it was restored. */
const qemuArguments = (door: string): readonly string[] => [
  '-chardev',
  `socket,id=door,path=${escapeValue(door)},server=on,wait=off`,
  '-device',
  'isa-serial,chardev=door,index=1',
  '-device',
  'vmgenid,guid=auto',
];

/** A Ruby string: in single quotes, only those and backslashes mean something. */
const quote = (text: string): string => `'${text.replaceAll(/[\\']/gu, String.raw`\$&`)}'`;
