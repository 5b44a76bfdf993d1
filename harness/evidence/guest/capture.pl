# Given to "perl -e" with SECONDS: says what the firewall has counted, then "ready", and keeps the packets of the machine's network
# namespace until it is told a line, or for so many seconds. Prints them as a pcap file in hexadecimal digits, for the stream may not
# carry bytes. It needs no tcpdump: a packet socket gives each packet with what the link type LINUX_SLL2 wants to know of it.
# packet(7); https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
use strict;
use warnings;

my ($AF_PACKET, $SOCK_DGRAM, $ETH_P_ALL, $LINUX_SLL2) = (17, 2, 3, 276);
my $SIOCGSTAMP = 0x8906;    # linux/sockios.h: when the last packet of a socket came, as a struct timeval
my ($LONGEST, $MOST) = (256, 2000);

$| = 1;
socket my $socket, $AF_PACKET, $SOCK_DGRAM, unpack 'S', pack 'n', $ETH_P_ALL or die "packet socket: $!\n";
print `iptables-save --counters 2>/dev/null`, "ready\n";
my $until = time + $ARGV[0];
my $out = pack 'LSSlLLL', 0xa1b2c3d4, 2, 4, 0, 0, $LONGEST, $LINUX_SLL2;
my $kept = 0;
while ($kept < $MOST && (my $left = $until - time) > 0) {
    vec(my $set = '', fileno $socket, 1) = 1;
    vec($set, fileno STDIN, 1) = 1;
    select $set, undef, undef, $left or last;
    if (vec $set, fileno $socket, 1) {
        my $from = recv $socket, my $packet, $LONGEST, 0x20;    # MSG_TRUNC: a datagram may be longer
        next unless defined $from;
        my $stamp = "\0" x 16;
        my ($seconds, $microseconds) = ioctl($socket, $SIOCGSTAMP, $stamp) ? unpack 'l!l!', $stamp : (time, 0);
        # struct sockaddr_ll: family, protocol, interface, hardware type, packet type, address length, address
        my (undef, $protocol, $interface, $hardware, $type, $length, $address) = unpack 'SnlSCCa8', $from;
        my $data = pack('nnNnCCa8', $protocol, 0, $interface, $hardware, $type, $length, $address) . substr $packet, 0, $LONGEST;
        $out .= pack('LLLL', $seconds, $microseconds, length $data, length $data) . $data;
        $kept++;
    }
    # Read, since a socket that is closed with something unread in it loses what was written as well.
    last if vec($set, fileno STDIN, 1) && defined sysread STDIN, my $told, 100;
}
print unpack('H*', $out), "\n";
for my $path (glob '/sys/class/net/*') {
    open my $file, '<', "$path/ifindex" or next;
    print 'interface ', <$file> =~ s/\s//gr, ' ', $path =~ s{.*/}{}r, "\n";
}
print "end\n";
