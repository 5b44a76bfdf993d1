# Follows output.pl and commands.pl of harness/teardown/guest in one "perl - SECONDS PID": everything about a machine that may explain
# a failure, read once. PID is the workload's init, 0 when there is none. What takes a program is started first and read last.
our $pid = shift(@ARGV) || 0;

# With how many packets each rule has matched, and without the plain listing of commands.pl, which lacks that.
@commands = grep { $_->[0] !~ /tables$/ } @commands;
push @commands, (
    ['iptables', '', qw(iptables-save --counters)],
    ['ip6tables', '', qw(ip6tables-save --counters)],
    ['filesystems', '', 'df', '--block-size=1024', '--output=source,fstype,size,avail,itotal,iavail,target'],
    ['kernel log', '', qw(dmesg --time-format=iso)],
    ['docker info', '', 'docker', 'info', '--format', '{{json .}}'],
    ['docker containers', '', 'sh', '-c', 'ids=$(docker ps --all --quiet) && { [ -z "$ids" ] || docker inspect $ids; }'],
    ['docker networks', '', 'sh', '-c', 'ids=$(docker network ls --quiet) && docker network inspect $ids'],
    ['containerd', '', 'sh', '-c', <<'END'],
set -e
for namespace in $(ctr namespaces list --quiet); do
  echo "namespace $namespace"
  ctr --namespace "$namespace" tasks list
  for container in $(ctr --namespace "$namespace" containers list --quiet); do
    ctr --namespace "$namespace" containers info "$container"
  done
done
END
);

# Network namespaces by their inode, each with a path that leads into it.
my (%netns, %name_of);
my ($own_netns) = (readlink('/proc/self/ns/net') || '') =~ /(\d+)/;

sub find_netns {
    for my $name (entries('/run/netns')) {
        my $inode = (stat "/run/netns/$name")[1] or next;
        $netns{$inode} ||= "/run/netns/$name";
        $name_of{$inode} ||= $name;
    }
    for my $process (grep { /^\d+$/ } entries('/proc')) {
        my ($inode) = (readlink("/proc/$process/ns/net") || '') =~ /(\d+)/ or next;
        $netns{$inode} ||= "/proc/$process/ns/net";
    }
    delete $netns{$own_netns};
    for my $inode ((sort { $a <=> $b } keys %netns)[0 .. 15]) {
        next unless defined $inode;
        push @commands, ["addresses $inode", '', 'nsenter', "--net=$netns{$inode}", qw(ip -j -d addr)];
        push @commands, ["routes $inode", '', 'nsenter', "--net=$netns{$inode}", qw(ip -j route show table all)];
    }
    emit('netns', '', [$own_netns, '/proc/self/ns/net', ''], map { [$_, $netns{$_}, $name_of{$_} || ''] } sort keys %netns);
}

sub emit_sockets_of_all {
    my @sockets;
    for my $inode ($own_netns, keys %netns) {
        # A namespace without a process is not in /proc, and nobody listens there.
        my ($process) = $inode eq $own_netns ? 'self' : ($netns{$inode} =~ m{^/proc/(\d+)/})[0] || holder_of($inode) or next;
        for my $protocol (qw(tcp tcp6)) {
            for my $line (split /\n/, slurp("/proc/$process/net/$protocol") || '') {
                my (undef, $local, $remote, $state, $queues, @rest) = split ' ', $line;
                next unless defined $state && $state =~ /^[0-9A-F]{2}$/;
                push @sockets, [$inode, $protocol, $local, $remote, $state, $queues, $rest[4]];
            }
        }
    }
    emit('sockets', '', @sockets);
}

my %process_in;
sub holder_of { return $process_in{$_[0]} }

sub emit_processes_and_holders {
    my (@processes, @holders);
    my %own = ($$ => 1, map { $_->{pid} => 1 } @running);
    for my $process (sort { $a <=> $b } grep { /^\d+$/ } entries('/proc')) {
        my ($comm, $rest) = (slurp("/proc/$process/stat") || next) =~ /^\d+ \((.*)\) (.*)/s;
        my @stat = split ' ', $rest;    # from field 3 (state) of proc_pid_stat(5)
        next if $own{$process} || $own{$stat[1]} || $stat[6] & 0x00200000;    # PF_KTHREAD
        my $cmdline = slurp("/proc/$process/cmdline");
        $cmdline = '' unless defined $cmdline;
        $cmdline =~ s/\0+$//;
        $cmdline =~ tr/\0/ /;
        my ($inode) = (readlink("/proc/$process/ns/net") || '') =~ /(\d+)/;
        $process_in{$inode} ||= $process if $inode;
        my ($freezer) = (slurp("/proc/$process/cgroup") || '') =~ /^\d+:(?:freezer|):(.*)$/m;
        push @processes, [$process, $stat[1], $stat[0], $comm, $cmdline, $inode, $freezer, slurp("/proc/$process/wchan")];
        for my $fd (entries("/proc/$process/fd")) {
            push @holders, [$1, $process] if (readlink("/proc/$process/fd/$fd") || '') =~ /^socket:\[(\d+)\]/;
        }
    }
    emit('processes', '', @processes);
    emit('holders', '', @holders);
}

sub emit_kernel {
    emit('mounts', '', [slurp('/proc/self/mountinfo')]);
    emit('conntrack', -e '/proc/net/nf_conntrack' ? '' : 'this kernel has no /proc/net/nf_conntrack', [slurp('/proc/net/nf_conntrack')]);
    emit('sysctls', '', map { my $text = slurp("/proc/sys/$_"); defined $text ? [$_, $text =~ s/\s+$//r] : () }
        qw(net/ipv4/ip_forward net/ipv4/conf/all/rp_filter net/ipv4/conf/all/route_localnet net/netfilter/nf_conntrack_count net/netfilter/nf_conntrack_max kernel/pid_max fs/file-nr));
    emit('pressure', '', map { my $text = slurp("/proc/$_"); [$_, defined $text ? $text : ''] } qw(pressure/cpu pressure/io pressure/memory loadavg meminfo uptime));
    emit('runtime states', '', map { [$_, slurp($_)] } map { glob }
        qw(/run/runc/*/state.json /run/crun/*/status /run/containerd/runc/*/*/state.json /run/docker/runtime-*/moby/*/state.json));
    emit('bundles', '', map { [$_, slurp($_)] } map { glob } qw(/run/containerd/io.containerd.runtime.v2.task/*/*/config.json /var/lib/plumbline/*/config.json));
}

# Limits and events of the cgroups of the workload's init, where it is alive.
sub emit_cgroups {
    my @files = qw(cgroup.procs cgroup.freeze cgroup.events freezer.state cpu.stat cpu.max cpu.cfs_quota_us cpu.shares cpu.weight cpu.pressure memory.max memory.current
        memory.events memory.limit_in_bytes memory.usage_in_bytes memory.failcnt memory.oom_control memory.pressure io.pressure pids.max pids.current);
    my @found;
    for my $line (split /\n/, ($pid && slurp("/proc/$pid/cgroup")) || '') {
        my (undef, $controllers, $path) = split /:/, $line, 3;
        my $mount = $controllers eq '' ? (-d '/sys/fs/cgroup/unified' ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup') : "/sys/fs/cgroup/$controllers";
        for my $file (@files) {
            my $text = slurp("$mount$path/$file");
            push @found, ["$mount$path/$file", $text] if defined $text;
        }
    }
    emit('cgroups', '', @found);
}

$SIG{PIPE} = 'IGNORE';
find_netns();
start_commands();
emit_processes_and_holders();
emit_sockets_of_all();
emit_kernel();
emit_cgroups();
emit_commands();
finish();
