# Runs commands in a sandbox machine for one process of this host, which speaks to it over a Unix socket: door.ts. A command costs one fork
# of this small process; one that enters the machine by itself takes a fork of the tool, a shell, a change of cgroups and nsenter.
#
# In two stages, each of which replaces the one before:
#
#   listen PATH COMMAND…  on the host: make the socket, which root alone may use, go to the background, and enter the machine by COMMAND
#   serve SOCKET          in its namespaces, but with a process id of the host: the machine does not see it, only its children
#
# The first connection is for requests, in frames of a length and fields that NUL separates:
#
#   run ID STDIN VARIABLES NAME=VALUE… WORD…
#   kill ID SIGNAL      everything in the process group of the command
#   forget ID           it will not be killed any more
#
# and for the ends of commands, in lines: ID, a space, and the status of wait(2). The connections after it are streams: those of a command
# were made, in the order of their numbers, before it is asked for. STDIN is "own", "null" where it has none, or "joined" where it is
# one with standard output. The server ends with the first connection, and lets its commands be.
#
# A command writes into pipes, which are read here: ctr(8) lost output about once in a hundred times when it wrote into the connection itself,
# and /dev/stdout can not be opened where it is a socket.
use strict;
use warnings;
use Fcntl;
use Socket;

my %running;    # [pidfd, pid, id] of each command, by number of the pidfd
my %groups;     # process groups, by id of the command
my %relays;     # [pipe, connection, what is read and not yet sent] of each output, by number of the pipe

my $stage = shift @ARGV;
if ($stage eq 'listen') { to_listen(@ARGV) }
else { serve(@ARGV) }

sub to_listen {
    my ($path, @enter) = @_;
    umask 0077;
    $^F = 255;    # This one stays open when another program is run.
    socket(my $door, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
    $^F = 2;
    bind($door, pack_sockaddr_un($path)) or die "$path: $!\n";
    listen($door, SOMAXCONN) or die "listen: $!\n";
    my $pid = fork;
    die "fork: $!\n" unless defined $pid;
    exit if $pid;
    # What the caller of the tool has left open is no business of the machine's.
    for my $number (map { /(\d+)$/ } glob '/proc/self/fd/*') {
        next if $number <= 2 or $number == fileno $door;
        open my $inherited, '<&=', $number or next;
        close $inherited;
    }
    setpgrp;    # A Ctrl-C in the terminal must reach the tool alone.
    umask 0022;
    open STDERR, '>', '/dev/null';    # The tool waits for the end of what it was given.
    open my $program, '<', $0 or die "$0: $!\n";
    exec @enter, 'perl', '-e', join('', <$program>), 'serve', fileno $door or die "$enter[0]: $!\n";
}

sub serve {
    my ($number) = @_;
    open my $door, '+<&=', $number or die "door: $!\n";
    fcntl $door, F_SETFD, FD_CLOEXEC or die "door: $!\n";
    my $control = connection($door);
    my $asked = '';
    while (1) {
        my ($ready, $writable) = ('', '');
        vec($ready, $_, 1) = 1 for fileno $control, keys %running, grep { $relays{$_}[2] eq '' } keys %relays;
        vec($writable, fileno $_->[1], 1) = 1 for grep { $_->[2] ne '' } values %relays;
        next if select($ready, $writable, undef, undef) < 0;
        relay($_) for grep { vec($ready, $_, 1) || vec($writable, fileno $relays{$_}[1], 1) } keys %relays;
        tell_end($control, $_) for grep { vec $ready, $_, 1 } keys %running;
        next unless vec $ready, fileno $control, 1;
        sysread $control, $asked, 65536, length $asked or exit;
        while (length $asked >= 4 and length $asked >= 4 + (my $length = unpack 'N', $asked)) {
            my ($verb, $id, @fields) = split /\0/, substr($asked, 4, $length), -1;
            substr $asked, 0, 4 + $length, '';
            if ($verb eq 'run') { run($door, $control, $id, @fields) }
            elsif ($verb eq 'kill') { kill $fields[0], -$groups{$id} if $groups{$id} }
            else { delete $groups{$id} }
        }
    }
}

sub connection {
    my ($door) = @_;
    accept(my $connection, $door) or die "accept: $!\n";
    return $connection;
}

sub tell_end {
    my ($control, $number) = @_;
    my (undef, $pid, $id) = @{delete $running{$number}};
    waitpid $pid, 0;
    syswrite $control, "$id $?\n";
}

# Never waits for a reader: there are other commands. Where nobody reads any more, the command is told so as by any pipe.
sub relay {
    my ($number) = @_;
    my ($pipe, $connection) = @{$relays{$number}};
    for my $waiting ($relays{$number}[2]) {
        if ($waiting eq '' && !sysread $pipe, $waiting, 65536) {
            shutdown $connection, 1;
            delete $relays{$number};
            return;
        }
        my $sent = send $connection, $waiting, MSG_DONTWAIT | MSG_NOSIGNAL;
        if (defined $sent) { substr $waiting, 0, $sent, '' }
        elsif (!$!{EAGAIN}) { delete $relays{$number} }
    }
}

# The end of a pipe that a command writes to.
sub relayed {
    my ($connection) = @_;
    pipe my $read, my $write or die "pipe: $!\n";
    $relays{fileno $read} = [$read, $connection, ''];
    return $write;
}

sub run {
    my ($door, $control, $id, $input, $variables, @words) = @_;
    my $stdin = $input eq 'own' ? connection($door) : undef;
    my $stdout = connection($door);
    my $stderr = connection($door);
    my ($output, $errors) = (relayed($stdout), relayed($stderr));
    my $pid = fork;
    if (!defined $pid) {
        syswrite $stderr, "Cannot start a process: $!\n";
        syswrite $control, "$id " . (126 << 8) . "\n";
    } elsif ($pid) {
        setpgrp $pid, $pid;    # Both do it, so that neither has to wait for the other.
        my $number = syscall 434, $pid, 0;    # pidfd_open(2), which has this number on every processor
        open my $handle, '<&=', $number or die "pidfd: $!\n";
        $running{$number} = [$handle, $pid, $id];
        $groups{$id} = $pid;
    } else {
        setpgrp;
        chdir '/';
        %ENV = map { split /=/, $_, 2 } splice @words, 0, $variables;
        if ($input eq 'null') { open STDIN, '<', '/dev/null' }
        else { open STDIN, '<&', $stdin || $stdout }
        open STDOUT, '>&', $output;
        open STDERR, '>&', $errors;
        { no warnings 'exec'; exec {$words[0]} @words; }
        my $code = $!{ENOENT} ? 127 : 126;
        syswrite STDERR, "Cannot run \"$words[0]\": $!\n";
        exit $code;
    }
}
