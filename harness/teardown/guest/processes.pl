# Part 3: processes, the network namespaces and listening sockets they hold.

# This script, what it started, and what it was started by (a shell, an ssh session): none of it belongs to the machine.
sub own_processes {
    my %own = ($$ => 1);
    $own{$_->{pid}} = 1 for @running;
    for (my $pid = $$; (($pid) = (slurp("/proc/$pid/stat") || '') =~ /^\d+ \(.*\) \S (\d+)/s) && $pid > 1;) { $own{$pid} = 1 }
    return \%own;
}

sub emit_processes {
    my $own = own_processes();
    my $root = readlink '/proc/1/ns/net';
    my (@processes, @held, %holder);
    for my $pid (grep { /^\d+$/ } entries('/proc')) {
        next if $own->{$pid};
        my ($comm, $rest) = (slurp("/proc/$pid/stat") || next) =~ /^\d+ \((.*)\) (.*)/s;
        my @stat = split ' ', $rest;    # from field 3 (state) of proc_pid_stat(5)
        next if $own->{$stat[1]};
        my $kernel = $stat[6] & 0x00200000 ? 1 : 0;    # PF_KTHREAD, include/linux/sched.h
        my $cmdline = $kernel ? '' : slurp("/proc/$pid/cmdline");
        $cmdline = '' unless defined $cmdline;
        $cmdline =~ s/\0+$//;
        $cmdline =~ tr/\0/ /;
        my $cgroup = $kernel ? '' : cgroup_of($pid);
        my $net = $kernel ? $root : readlink "/proc/$pid/ns/net";
        $net = '' if !defined $net || $net eq $root;
        push @processes, [$pid, $stat[1], $stat[0], $kernel, $stat[19], $cgroup, $net, $comm, $cmdline];
        next if $kernel;
        for my $fd (entries("/proc/$pid/fd")) {
            my $target = readlink "/proc/$pid/fd/$fd";
            next unless defined $target;
            if ($target =~ /^socket:\[(\d+)\]/) { $holder{$1} = $pid unless $holder{$1} }
            elsif ($target =~ /^net:/ && $target ne $root) { push @held, [$pid, $target] }
        }
    }
    emit('processes', '', @processes);
    emit('held', '', @held);
    emit_sockets(\%holder);
}

# The longest path over all hierarchies says most: with cgroup v1 some of them may be left at the root.
sub cgroup_of {
    my ($pid) = @_;
    my $longest = '';
    for ((slurp("/proc/$pid/cgroup") || '') =~ /^\d+:[^:]*:(.*)$/mg) { $longest = $_ if length $_ > length $longest }
    return $longest;
}

sub emit_sockets {
    my ($holder) = @_;
    my @sockets;
    my %listening = (tcp => '0A', udp => '07', raw => '07');    # TCP_LISTEN and TCP_CLOSE, include/net/tcp_states.h
    for my $protocol (qw(tcp tcp6 udp udp6 raw raw6)) {
        my ($base) = $protocol =~ /^([a-z]+)/;
        for my $line (split /\n/, slurp("/proc/1/net/$protocol") || '') {
            my (undef, $local, $remote, $state, @rest) = split ' ', $line;
            next unless defined $state && $state eq $listening{$base} && $remote =~ /:0000$/;
            push @sockets, [$protocol, $local, $holder->{$rest[5]} || ''];
        }
    }
    for my $line (split /\n/, slurp('/proc/1/net/unix') || '') {
        my (undef, undef, undef, $flags, undef, undef, $inode, $path) = split ' ', $line, 8;
        next unless defined $path && $flags =~ /^[0-9A-F]+$/i && hex($flags) & 0x10000;    # SO_ACCEPTCON, include/linux/net.h
        push @sockets, ['unix', $path, $holder->{$inode} || ''];
    }
    emit('sockets', '', @sockets);
}
