# A name server that knows one name, of another network: outside.example is 203.0.113.1, and there is no other.
# Usage: serve.pl ADDRESS; it listens on UDP port 53. Messages: https://www.rfc-editor.org/rfc/rfc1035#section-4
use strict;
use warnings;
use IO::Socket::INET;

my ($address) = @ARGV;
my $socket = IO::Socket::INET->new(LocalAddr => $address, LocalPort => 53, Proto => 'udp')
    or die "Cannot listen on \"$address\" port 53: $@\n";
while ($socket->recv(my $query, 512)) {
    my ($id) = unpack 'n', $query;
    my ($name, $at) = ('', 12);
    while (my $length = ord substr $query, $at, 1) {
        $name .= substr($query, $at + 1, $length) . '.';
        $at += $length + 1;
    }
    my $question = substr $query, 12, $at + 5 - 12;
    my ($type) = unpack 'n', substr $query, $at + 1, 2;
    my $isKnown = lc $name eq 'outside.example.';
    # An A record, its name a pointer to that of the question.
    my @answers = $isKnown && $type == 1 ? pack('n3 N n C4', 0xc00c, 1, 1, 60, 4, 203, 0, 113, 1) : ();
    # A response with authority and recursion; code 3 is NXDOMAIN.
    my $flags = 0x8580 | ($isKnown ? 0 : 3);
    $socket->send(pack('n6', $id, $flags, 1, scalar @answers, 0, 0) . $question . join '', @answers);
}
