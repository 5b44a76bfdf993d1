# Part 4: mounts, cgroup folders, files, state of runc, sysctls.

# Where container software keeps its state and where the tool itself writes, and how deep to look: deeper levels hold image content, not
# names of things.
my @watched = (
    ['/run', 9], ['/tmp', 3], ['/var/tmp', 3], ['/dev/shm', 2], ['/root', 2], ['/var/lib/cni', 4], ['/etc/cni', 3], ['/etc/netns', 3],
    ['/var/lib/docker', 2], ['/var/lib/containerd', 3], ['/var/lib/containerd/io.containerd.content.v1.content/ingest', 1],
    ['/etc/docker', 1], ['/opt', 3], ['/var/log/plumbline', 1],
    ['/', 1], ['/etc', 1], ['/var/lib', 1], ['/usr/local/bin', 1], ['/usr/local/sbin', 1],
);
# Settings of an interface by its name come and go with it, and those of a module with that.
my @sysctls = qw(
    net/core/* net/ipv4/* net/ipv6/* net/unix/* net/ipv4/conf/all/* net/ipv4/conf/default/forwarding
    net/ipv6/conf/all/forwarding net/ipv6/conf/default/forwarding
    net/bridge/bridge-nf-call-iptables net/bridge/bridge-nf-call-ip6tables kernel/hostname kernel/core_pattern
);

sub emit_files {
    my @mounts;
    for my $line (split /\n/, slurp('/proc/1/mountinfo') || '') {
        my ($left, $right) = split / - /, $line, 2;
        my (undef, undef, undef, $root, $point, $options, @propagation) = split ' ', $left;
        my ($type, $source, $super) = split ' ', $right;
        s/\\([0-7]{3})/chr oct $1/ge for $root, $point, $source;
        s/:\d+$// for @propagation; # The number of a peer group is another one each time.
        push @mounts, [$point, $type, $source, $root, join ' ', $options, @propagation ? @propagation : 'private', $super];
    }
    emit('mounts', '', @mounts);
    emit('cgroups', '', cgroups(map { $_->[0] } grep { $_->[1] =~ /^cgroup2?$/ } @mounts));
    my (@files, %seen);
    walk($_->[0], $_->[1], \%seen, \@files) for @watched;
    emit('files', '', @files);
    emit('runc', '', runc_states());
    emit('sysctls', '', sysctls());
}

sub sysctls {
    my @found;
    for my $path (map { glob "/proc/sys/$_" } @sysctls) {
        next if -d $path || $path =~ /_key$|secret$/;    # keys are nobody's business
        my $value = slurp($path);
        push @found, [substr($path, length '/proc/sys/'), $value =~ s/\s+$//r] if defined $value;
    }
    return @found;
}

# A folder of cgroupfs has as many links as it has folders in it, plus two: most are known to be leaves without reading them.
sub cgroups {
    my @found;
    for my $mount (@_) {
        my @queue = ('');
        while (defined(my $path = shift @queue)) {
            push @found, [$mount, $path] if $path ne '';
            next if ((lstat "$mount$path")[3] || 2) == 2;
            push @queue, map { "$path/$_" } grep { lstat "$mount$path/$_" and -d _ } entries("$mount$path");
        }
    }
    return @found;
}

# Does not enter other file systems: what is in there belongs to the mount, which is in the inventory itself.
sub walk {
    my ($folder, $depth, $seen, $files) = @_;
    my $device = (lstat $folder)[0];
    for my $name (entries($folder)) {
        my $path = $folder eq '/' ? "/$name" : "$folder/$name";
        my @stat = lstat $path or next;
        my $type = -l _ ? 'link' : -d _ ? 'folder' : -S _ ? 'socket' : -p _ ? 'pipe' : -f _ ? 'file' : 'device';
        push @$files, [$path, $type, $type eq 'file' ? $stat[7] : ''] unless $seen->{$path}++;
        walk($path, $depth - 1, $seen, $files) if $type eq 'folder' && $depth > 1 && $stat[0] == $device;
    }
}

# What "runc list" would say, from the files it reads. A container of runc is a folder with state.json in it.
sub runc_states {
    my @roots = ('/run/runc');
    push @roots, glob('/run/containerd/runc/*'), glob('/run/docker/runtime-*/*'), glob('/run/user/*/runc');
    my @states;
    for my $root (@roots) {
        for my $id (entries($root)) {
            my ($pid) = (slurp("$root/$id/state.json") || next) =~ /"init_process_pid":(\d+)/;
            push @states, [$root, $id, $pid];
        }
    }
    return @states;
}
