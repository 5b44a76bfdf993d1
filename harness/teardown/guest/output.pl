# Part 1 of the inventory script. The parts are joined and fed to one "perl -" in the machine: one process instead of dozens,
# which is what makes an inventory bearable under emulation. perl-base is essential in Debian, so it needs no package.
#
# Output: sections separated by FS; in a section RS separates records and US fields. The first record is the section's name and
# a sentence saying why it could not be read (empty when it was). Bytes of values that collide are replaced.
use strict;
use warnings;

our $seconds = shift(@ARGV) || 10;    # for everything that could hang: commands and daemons
our $deadline = time + $seconds;
my @sections;

sub clean { my ($text) = @_; $text = '' unless defined $text; $text =~ tr/\x1c-\x1f/?/; return $text }

# emit($name, $problem, [field, …], …)
sub emit {
    my ($name, $problem, @records) = @_;
    push @sections, join "\x1e", map { join "\x1f", map { clean($_) } @$_ } [$name, $problem], @records;
}

sub finish { binmode STDOUT; print join "\x1c", @sections }

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or return;
    local $/;
    my $text = <$file>;
    return defined $text ? $text : '';
}

sub entries {
    my ($folder) = @_;
    opendir my $handle, $folder or return;
    return grep { $_ ne '.' && $_ ne '..' } readdir $handle;
}

# What is listened on in the network namespace of a process, whose folder in /proc is given: [protocol, address or path, inode], …
sub listening_in {
    my ($proc) = @_;
    my @sockets;
    my %listening = (tcp => '0A', udp => '07', raw => '07');    # TCP_LISTEN and TCP_CLOSE, include/net/tcp_states.h
    for my $protocol (qw(tcp tcp6 udp udp6 raw raw6)) {
        my ($base) = $protocol =~ /^([a-z]+)/;
        for my $line (split /\n/, slurp("$proc/net/$protocol") || '') {
            my (undef, $local, $remote, $state, @rest) = split ' ', $line;
            push @sockets, [$protocol, $local, $rest[5]] if defined $state && $state eq $listening{$base} && $remote =~ /:0000$/;
        }
    }
    for my $line (split /\n/, slurp("$proc/net/unix") || '') {
        my (undef, undef, undef, $flags, undef, undef, $inode, $path) = split ' ', $line, 8;
        # __SO_ACCEPTCON, include/uapi/linux/net.h. A socket without a name can not be reached.
        push @sockets, ['unix', $path, $inode] if defined $path && $flags =~ /^[0-9A-F]+$/i && hex($flags) & 0x10000;
    }
    return @sockets;
}
