# A registry that can be read: it answers GET and HEAD from a list of paths, each with a content type, a digest and a file.
# Usage: serve.pl ADDRESS PORT LIST; a line of the list is PATH TYPE DIGEST FILE. https://github.com/opencontainers/distribution-spec
use strict;
use warnings;
use IO::Socket::INET;

my ($address, $port, $list) = @ARGV;
my %known;
open my $lines, '<', $list or die "Cannot read \"$list\": $!\n";
while (my $line = <$lines>) {
    my ($path, $type, $digest, $file) = split ' ', $line;
    $known{$path} = {type => $type, digest => $digest, file => $file};
}
my $socket = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 16, ReuseAddr => 1)
    or die "Cannot listen on \"$address\" port $port: $@\n";
# Clients open more connections than they ask on.
$SIG{CHLD} = 'IGNORE';
while (my $client = $socket->accept) {
    answer($client) && exit if !fork;
    close $client;
}

sub answer {
    my ($client) = @_;
    my ($method, $path) = (<$client> // '') =~ m{^(GET|HEAD) (\S+) HTTP/} or return say_of($client, '400 Bad Request');
    while (defined(my $header = <$client>)) {
        last if $header eq "\r\n";
    }
    return say_of($client, '200 OK') if $path eq '/v2/';
    my $found = $known{$path} or return say_of($client, '404 Not Found');
    open my $file, '<:raw', $found->{file} or return say_of($client, '500 Internal Server Error');
    my $body = do { local $/; <$file> };
    return say_of(
        $client, '200 OK', $method eq 'GET' ? $body : '',
        "Content-Type: $found->{type}", "Docker-Content-Digest: $found->{digest}", 'Content-Length: ' . length $body,
    );
}

sub say_of {
    my ($client, $status, $body, @headers) = @_;
    @headers = ('Content-Length: 0') if !@headers;
    return print {$client} join("\r\n", "HTTP/1.1 $status", @headers, 'Connection: close', '', '') . ($body // '');
}
