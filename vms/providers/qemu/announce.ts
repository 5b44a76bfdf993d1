import {MachineError, PlumblineError} from '../../errors.ts';
import {runRemote, type SshSession} from '../../transport/ssh-session.ts';

const BUDGET_MS = 30_000;

/**
 * Has a machine tell QEMU's user network that an address is behind it. QEMU asks who has the address and sends to who has said so, and a
 * machine does not say so of the address of a container. With this QEMU sends to the machine as to a gateway, which does with it what it
 * would with any other host's; nothing is changed in the machine. Throws {@link MachineError} when it could not be told in time.
 */
export const announce = async (session: SshSession, slowness: number, address: string): Promise<void> => {
  const argv = ['perl', '-e', program, address];
  const timeoutMs = BUDGET_MS * slowness;
  const {exitCode, stderr} = await runRemote(session, argv, {timeoutMs}).catch((error: unknown) => {
    throw ofAnnouncement(error, address, timeoutMs);
  });
  if (exitCode === 0) return;
  throw new MachineError(`Cannot tell QEMU of "${address}": ${stderr.trim()}`, {command: argv});
};

/** A command that is overdue is the fault of the workload in a machine; that an announcement is, is the machine's own. */
export const ofAnnouncement = (error: unknown, address: string, timeoutMs: number): unknown => {
  if (!(error instanceof PlumblineError) || error.failureClass !== 'runtime') return error;
  const {command = [], expected = '', seen = ''} = error;
  const state = `no end within ${Math.round(timeoutMs / 1000)} s`;
  return new MachineError(`Cannot tell QEMU of "${address}": ${state}`, {command, expected, seen, cause: error});
};

/** A gratuitous ARP: https://www.rfc-editor.org/rfc/rfc5944#section-4.6. By packet(7), since the address is none of the machine's own. */
const program = String.raw`use strict;
sub of_eth0 { open my $file, '<', "/sys/class/net/eth0/$_[0]" or die "eth0: $!\n"; chomp(my $line = <$file>); $line }
my $everybody = "\xff" x 6;
my $machine = pack 'H*', of_eth0('address') =~ tr/://dr;
my $address = pack 'C4', split /\./, $ARGV[0];
my $request = pack('nnCCn', 1, 0x0800, 6, 4, 1) . $machine . $address . $everybody . $address;
socket my $socket, 17, 3, 0 or die "socket: $!\n";
my $to = pack 'SnlSCCa8', 17, 0x0806, of_eth0('ifindex'), 1, 0, 6, $everybody;
send $socket, $everybody . $machine . pack('n', 0x0806) . $request, 0, $to or die "send: $!\n";
`;
