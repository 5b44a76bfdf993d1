# Part 2: tools that know the kernel's network tables, and one that reads files. Started first, read last, so that they run beside
# everything else.
my @commands = (
    ['addresses', '', qw(ip -j -d addr)],
    ['routes4', "route show table all\nrule show\n", qw(ip -force -j -4 -batch -)],
    ['routes6', "route show table all\nrule show\n", qw(ip -force -j -6 -batch -)],
    ['iptables', '', qw(iptables-save)],
    ['ip6tables', '', qw(ip6tables-save)],
    ['nft', '', qw(nft -s list ruleset)],
);
# Where a machine has one, its neighbour is as much a part of it.
my $neighbour = '/run/netns/neighbour';
push @commands, ['neighbour', "addr show\nroute show table all\n", 'nsenter', "--net=$neighbour", qw(ip -force -j -batch -)] if -e $neighbour;
# What is in the files by which a machine is configured: a scenario that writes one may put back less than there was. Passwords are
# nobody's business.
my @configured = map { glob "/etc/$_" } qw(* docker/* docker/*/* containerd/* cni/* cni/*/*);
push @commands, ['contents', '', qw(sha256sum --), grep { -f && !-l && !/shadow/ } @configured];
our @running;

sub start_commands {
    for my $command (@commands) {
        my ($name, $input, @argv) = @$command;
        pipe my $in, my $feed or die "pipe: $!";
        pipe my $out, my $sink or die "pipe: $!";
        defined(my $pid = fork) or die "fork: $!";
        if ($pid == 0) {
            open STDIN, '<&', $in;
            open STDOUT, '>&', $sink;
            open STDERR, '>', '/dev/null';
            close $_ for $in, $feed, $out, $sink;
            { no warnings 'exec'; exec {$argv[0]} @argv }
            require POSIX;
            POSIX::_exit(127);
        }
        close $_ for $in, $sink;
        syswrite $feed, $input;
        close $feed;
        push @running, {name => $name, pid => $pid, out => $out, argv => "@argv"};
    }
}

sub emit_commands {
    for my $command (@running) {
        my ($text, $problem) = ('', '');
        while (1) {
            if (!readable($command->{out})) { $problem = "no end within $seconds s"; kill 'KILL', $command->{pid}; last }
            last unless sysread $command->{out}, $text, 65536, length $text;
        }
        waitpid $command->{pid}, 0;
        $problem = 'exit code ' . ($? >> 8) if !$problem && $? != 0;
        emit($command->{name}, $problem && "$command->{argv}: $problem", [$text]);
    }
}

# Whether the handle has something, or an end, to read before the deadline.
sub readable {
    my ($handle) = @_;
    my $left = $deadline - time;
    vec(my $set = '', fileno $handle, 1) = 1;
    return select($set, undef, undef, $left > 0 ? $left : 0) > 0;
}
