# Follows output.pl and commands.pl of harness/teardown/guest in one "perl - SECONDS PID BUNDLE WORKERS". PID is the workload's init as the
# machine numbers it. WORKERS is the title of its workers, or empty. Everything is read raw here and understood on the host; see
# harness/observe/README.md for what becomes of it.
our ($pid, $bundle, $workers) = @ARGV;
our $proc = "/proc/$pid";
my @in_netns = ('nsenter', "--net=$proc/ns/net");

push @commands, (
    ['inside links', '', @in_netns, qw(ip -j -d addr)],
    ['inside routes4', "route show table all\nrule show\n", @in_netns, qw(ip -force -j -4 -batch -)],
    ['inside routes6', "route show table all\nrule show\n", @in_netns, qw(ip -force -j -6 -batch -)],
    ['inside neighbours', '', @in_netns, qw(ip -j neigh show nud permanent)],
    ['inside nft', '', @in_netns, qw(nft -s list ruleset)],
    # /proc/sys shows the namespaces of whoever reads it. Some files can be written only, hence the "true".
    ['inside sysctls', '', 'nsenter', "--net=$proc/ns/net", "--ipc=$proc/ns/ipc", "--uts=$proc/ns/uts", 'sh', '-c',
        'grep -rs --exclude-dir=neigh --exclude-dir=lo --exclude-dir=nf_log "" /proc/sys/net /proc/sys/kernel/shm* /proc/sys/kernel/msg* /proc/sys/kernel/sem /proc/sys/kernel/domainname /proc/sys/kernel/hostname /proc/sys/fs/mqueue; true'],
);

# One worker is enough for an answer. Another that was only just forked is still like the first process, down to its user. What does not
# come up is looked at as it is.
sub await_workers {
    my $processors = () = (slurp('/proc/stat') || '') =~ /^cpu\d/mg;
    my $pids = readlink "$proc/ns/pid";
    my $latest = time + $seconds / 5;
    while (-d $proc && time < $latest) {
        my @same = grep { /^\d+$/ && (readlink("/proc/$_/ns/pid") || '') eq $pids } entries('/proc');
        return if $processors <= grep { index(slurp("/proc/$_/cmdline") || '', $workers) == 0 } @same;
        select undef, undef, undef, 0.01;
    }
}

sub emit_texts {
    emit('config', -e "$bundle/config.json" ? '' : 'there is no config.json in the bundle', [slurp("$bundle/config.json")]);
    emit('machine mountinfo', '', [slurp('/proc/self/mountinfo')]);
    emit('machine hostname', '', [slurp('/proc/sys/kernel/hostname')]);
    for my $name (qw(status limits mountinfo uid_map gid_map setgroups oom_score_adj timens_offsets personality cgroup environ cmdline stat
        loginuid coredump_filter timerslack_ns)) {
        my $text = slurp("$proc/$name");
        emit($name, defined $text ? '' : "$proc/$name can't be read", [$text]);
    }
    emit('lsm', '', [slurp("$proc/attr/current")]);
    emit('links', '', map { [$_, readlink "$proc/$_"] } qw(cwd root exe));
    emit('namespaces', '', map { [$_, readlink "$proc/ns/$_", readlink "/proc/1/ns/$_"] } sort(entries("$proc/ns")));
    emit('fds', '', map { [$_, readlink "$proc/fd/$_"] } sort { $a <=> $b } entries("$proc/fd"));
    emit('io priority', '', [io_priority()]);
    emit('keys', '', map { [$_] } split /\n/, slurp('/proc/keys') || '');
    emit('etc', '', map { my $text = slurp("$proc/root$_"); defined $text ? [$_, $text] : () } qw(/etc/resolv.conf /etc/hosts /etc/hostname));
}

# ioprio_get(2) has no wrapper: its number by the architecture, and IOPRIO_WHO_PROCESS, from include/uapi/linux/ioprio.h.
sub io_priority {
    require POSIX;
    my $number = {x86_64 => 252, aarch64 => 31}->{(POSIX::uname())[4]};
    return defined $number ? syscall($number, 1, $pid + 0) : '';
}

# The root of the workload as it is now, and what was written there since: to the upper layer of its overlay, or, where the bundle's own
# folder is the root, after the runtime was given its config.
my $most_written = 400;

sub emit_rootfs {
    my @top;
    for my $name (entries("$proc/root")) {
        my @stat = lstat "$proc/root/$name" or next;
        my $type = -l _ ? 'link' : -d _ ? 'folder' : -f _ ? 'file' : 'special';
        push @top, ["/$name", $type, $type eq 'link' ? readlink "$proc/root/$name" : sprintf('%04o', $stat[2] & 07777), $stat[4], $stat[5]];
    }
    emit('root entries', '', @top);
    my ($upper) = (slurp("$proc/mountinfo") || '') =~ /^\S+ \S+ \S+ \/ \/ .* - overlay .*[, ]upperdir=([^,\s]+)/m;
    my ($folder, @find) = defined $upper ? ($upper) : ("$bundle/rootfs", '-cnewer', "$bundle/config.json");
    return emit('written', 'its root is no folder of the machine') unless -d $folder;
    open my $found, '-|', 'find', $folder, '-xdev', @find, '-printf', '%P\t%y\n' or return emit('written', "find: $!");
    my @written;
    while (my $line = <$found>) {
        chomp $line;
        my ($path, $type) = split /\t/, $line;
        push @written, ["/$path", $type] if defined $type && $path ne '';
    }
    # In which order find(1) comes upon them is up to the file system.
    @written = sort { $a->[0] cmp $b->[0] } @written;
    splice @written, $most_written if @written > $most_written;
    emit('written', '', @written);
}

# Whether the machine's own root lies beneath that of the workload. pivot_root(2) leaves nothing there; with MS_MOVE, what runc does for
# --no-pivot, whoever may unmount gets out of the container. Found out in a copy of the mounts, where the root is unmounted.
sub emit_beneath {
    require POSIX;
    my @machine = stat '/';
    # Numbers of setns, unshare, mount, umount2, pidfd_open by the architecture, and flags of include/uapi/linux/{sched,mount}.h.
    my %numbers = (x86_64 => [308, 272, 165, 166, 434], aarch64 => [268, 97, 40, 39, 434]);
    my ($setns, $unshare, $mount, $umount, $pidfd) = @{$numbers{(POSIX::uname())[4]} || []};
    return emit('beneath', 'the numbers of system calls are not known here') unless defined $setns;
    my ($newns, $private, $detach) = (0x20000, 0x4000 | 0x40000, 2);    # CLONE_NEWNS, MS_REC | MS_PRIVATE, MNT_DETACH
    my $child = open my $answer, '-|';
    return emit('beneath', "fork: $!") unless defined $child;
    if ($child == 0) {
        my ($none, $root) = ("none\0", "/\0");
        open my $namespace, '<', "$proc/ns/mnt" or POSIX::_exit(1);
        my $self;
        my $done = syscall($setns, fileno $namespace, $newns) == 0
            && syscall($unshare, $newns) == 0
            && syscall($mount, $none, $root, $none, $private, 0) == 0
            && ($self = syscall($pidfd, $$ + 0, 0)) >= 0
            && syscall($umount, $root, $detach) == 0
            && syscall($setns, $self, $newns) == 0;    # looks the root up anew: the topmost mount
        my @beneath = stat '/';
        syswrite STDOUT, "$beneath[0]:$beneath[1]" if $done && @beneath;
        POSIX::_exit(0);
    }
    my $beneath = <$answer>;
    close $answer;
    return emit('beneath', 'the root can not be unmounted') unless defined $beneath;
    emit('beneath', '', [$beneath eq "$machine[0]:$machine[1]" ? 'the root of the machine' : 'nothing of the machine']);
}

sub emit_devices {
    my @devices;
    for my $name (entries("$proc/root/dev")) {
        my $path = "$proc/root/dev/$name";
        my @stat = lstat $path or next;
        my $type = -l _ ? 'link' : -c _ ? 'c' : -b _ ? 'b' : -d _ ? 'folder' : 'file';
        # From the macros of sys/sysmacros.h.
        my ($major, $minor) = (($stat[6] >> 8) & 0xfff, ($stat[6] & 0xff) | (($stat[6] >> 12) & 0xfff00));
        push @devices, ["/dev/$name", $type, $type eq 'link' ? readlink $path : "$major:$minor", sprintf('%04o', $stat[2] & 07777), $stat[4], $stat[5]];
    }
    emit('devices', '', @devices);
}

# Everything that some version of docker, containerd or runc masks or makes read-only, beside what this spec says. One that is in
# none of today's lists is not seen here, yet its mount is.
my @sensitive = qw(
    /proc/acpi /proc/asound /proc/bus /proc/fs /proc/interrupts /proc/irq /proc/kallsyms /proc/kcore /proc/keys /proc/kmsg /proc/latency_stats /proc/mem
    /proc/sched_debug /proc/scsi /proc/sys /proc/sysrq-trigger /proc/timer_list /proc/timer_stats
    /sys /sys/devices/virtual/powercap /sys/firmware /sys/fs/cgroup /sys/kernel/security
);

sub emit_sensitive {
    my %paths = map { $_ => 1 } @sensitive;
    for my $list ((slurp("$bundle/config.json") || '') =~ /"(?:masked|readonly)Paths"\s*:\s*\[([^\]]*)\]/g) { $paths{$_} = 1 for $list =~ /"([^"]+)"/g }
    # Thermal throttling of each processor is masked by newer engines: one fact for all processors.
    delete $paths{$_} for grep { m{^/sys/devices/system/cpu/cpu[1-9]} } keys %paths;
    my @found;
    for my $path (sort keys %paths) {
        my @stat = lstat "$proc/root$path";
        my $type = !@stat ? 'absent' : -c _ && $stat[6] == 0x103 ? 'null' : -d _ ? (entries("$proc/root$path") ? 'folder' : 'empty') : 'file';
        push @found, [$path, $type];
    }
    emit('sensitive', '', @found);
}

# Limits as the kernel has them, v1 and v2, and two counts that are measurements.
my @limits = qw(
    cpu.shares cpu.cfs_quota_us cpu.cfs_period_us cpu.rt_runtime_us cpu.weight cpu.max cpu.max.burst cpu.idle cpu.uclamp.min cpu.uclamp.max
    cpuset.cpus cpuset.mems cpuset.cpus.effective cpuset.mems.effective cpuset.effective_cpus cpuset.effective_mems cpuset.cpus.partition
    memory.limit_in_bytes memory.soft_limit_in_bytes memory.memsw.limit_in_bytes memory.kmem.limit_in_bytes memory.kmem.tcp.limit_in_bytes
    memory.swappiness memory.use_hierarchy memory.oom_control memory.min memory.low memory.high memory.max memory.swap.max memory.swap.high memory.zswap.max
    memory.oom.group pids.max io.weight io.bfq.weight io.max io.latency blkio.weight blkio.bfq.weight blkio.throttle.read_bps_device
    blkio.throttle.write_bps_device devices.list freezer.state cgroup.type cgroup.controllers cgroup.subtree_control cgroup.freeze
    cgroup.max.depth cgroup.max.descendants net_cls.classid misc.max rdma.max memory.usage_in_bytes memory.current pids.current
);

sub emit_cgroups {
    my (%mount, @found);
    for my $line (split /\n/, slurp('/proc/self/mountinfo') || '') {
        my ($left, $right) = split / - /, $line, 2;
        my (undef, undef, undef, $root, $point) = split ' ', $left;
        my ($type, undef, $options) = split ' ', $right;
        if ($type eq 'cgroup2') { $mount{''} ||= [$root, $point] }
        elsif ($type eq 'cgroup') { $mount{$_} ||= [$root, $point] for split /,/, $options }
    }
    for my $line (split /\n/, slurp("$proc/cgroup") || '') {
        my (undef, $controllers, $path) = split /:/, $line, 3;
        my ($mounted) = map { $mount{$_} } grep { $mount{$_} } $controllers eq '' ? '' : split /,/, $controllers;
        next unless $mounted;
        my ($root, $point) = @$mounted;
        $path =~ s/^\Q$root\E(?=\/|$)// if $root ne '/';
        for my $file (@limits, map { m{([^/]+)$} } glob "$point$path/hugetlb.*.{max,limit_in_bytes}") {
            my $value = slurp("$point$path/$file");
            push @found, [$controllers, $file, $value] if defined $value;
        }
    }
    emit('cgroup files', '', @found);
}

# Processes of the workload, its shim, and the daemons, with their memory.
sub emit_memory {
    my $pids = readlink "$proc/ns/pid";
    my (@inside, @outside);
    for my $other (grep { /^\d+$/ } entries('/proc')) {
        my $status = slurp("/proc/$other/status") || next;
        my ($rss) = $status =~ /^VmRSS:\s+(\d+) kB/m or next;    # kernel threads have none
        my ($name) = $status =~ /^Name:\t(.*)/m;
        if ((readlink("/proc/$other/ns/pid") || '') eq $pids) { push @inside, [$name, $rss, $status =~ /^Uid:\t(\d+)/m] }
        elsif ($name =~ /^(dockerd|containerd|docker-proxy)$/) { push @outside, [$name, $rss] }
        elsif ($name =~ /^containerd-shim/) {
            my ($id) = $bundle =~ m{([^/]+)/?$};
            push @outside, ['shim', $rss] if index((slurp("/proc/$other/cmdline") || ''), "-id\0$id\0") >= 0;
        }
    }
    emit('processes inside', '', @inside);
    emit('processes outside', '', @outside);
}

die "process $pid has ended\n" unless -d $proc;
await_workers() if $workers ne '';
start_commands();
emit_texts();
emit('listening', '', listening_in($proc));
emit('machine listening', '', listening_in('/proc/1'));
emit_devices();
emit_rootfs();
emit_beneath();
emit_sensitive();
emit_cgroups();
emit_memory();
emit_commands();
# A workload that ended meanwhile leaves half a picture, which must not pass for a whole one.
die "process $pid has ended\n" unless -d $proc;
finish();
