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
    emit('sockets', '', map { my ($protocol, $where, $inode) = @$_; [$protocol, $where, $holder{$inode} || ''] } listening_in('/proc/1'));
}

# The longest path over all hierarchies says most: with cgroup v1 some of them may be left at the root.
sub cgroup_of {
    my ($pid) = @_;
    my $longest = '';
    for ((slurp("/proc/$pid/cgroup") || '') =~ /^\d+:[^:]*:(.*)$/mg) { $longest = $_ if length $_ > length $longest }
    return $longest;
}
