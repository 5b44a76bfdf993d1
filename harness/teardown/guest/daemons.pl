# Part 5: what dockerd and containerd say they hold, asked over their sockets: a "ctr" or "docker" per question would start a Go
# program each, about a second under emulation.
sub connect_to {
    my ($path) = @_;
    # AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK: without the latter, connecting to a stopped daemon may hang. Loading Socket.pm costs 10 ms.
    socket my $socket, 1, 1 | 2048, 0 or return (undef, "socket: $!");
    connect $socket, pack('S Z108', 1, $path) or return (undef, "$path: $!");
    return ($socket, '');
}

my %docker = (
    'docker containers' => '/containers/json?all=1',
    'docker networks' => '/networks',
    'docker volumes' => '/volumes',
    'docker images' => '/images/json',
);
my %asked;

sub ask_docker {
    for my $name (sort keys %docker) {
        my ($socket, $problem) = connect_to('/run/docker.sock');
        $asked{$name} = [$socket, $problem];
        # With HTTP 1.0 the end of the connection is the end of the answer: no chunks to join.
        syswrite $socket, "GET $docker{$name} HTTP/1.0\r\nHost: docker\r\n\r\n" if $socket;
    }
}

sub emit_docker {
    for my $name (sort keys %docker) {
        my ($socket, $problem) = @{$asked{$name}};
        my $answer = '';
        while ($socket) {
            if (!readable($socket)) { $problem = "no answer within $seconds s"; last }
            last unless sysread $socket, $answer, 65536, length $answer;
        }
        my ($head, $body) = split /\r\n\r\n/, $answer, 2;
        $problem ||= (split /\r\n/, $head || 'no answer')[0] unless ($head || '') =~ m{^HTTP/1\.\d 200 };
        emit($name, $problem, [$problem ? '' : $body]);
    }
}

# gRPC over HTTP/2 in as much as is needed to call a method and collect its messages (RFC 9113, RFC 7541 appendix A,
# https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Headers of answers are not decoded: a call that sends no
# message at all is an empty list where the method streams, and an error where it does not.
sub frame { my ($type, $flags, $stream, $body) = @_; return substr(pack('N', length $body), 1) . pack('CCN', $type, $flags, $stream) . $body }

# All names and values here are shorter than 127 bytes, so that their length is one byte.
sub literal { my ($name, $value) = @_; return "\0" . pack('C/a* C/a*', $name, $value) }

sub request {
    my ($stream, $method, $namespace, $message) = @_;
    # 0x83 is ":method POST", 0x86 ":scheme http" in the static table.
    my $headers = join '', "\x83\x86", literal(':path', $method), literal(':authority', 'localhost'),
        literal('content-type', 'application/grpc'), literal('te', 'trailers'), $namespace eq '' ? () : literal('containerd-namespace', $namespace);
    return frame(1, 4, $stream, $headers) . frame(0, 1, $stream, pack('CN', 0, length $message) . $message);
}

# Calls on one connection, all at once; returns the concatenated frames of messages of each, or a problem.
sub call {
    my ($connection, @calls) = @_;
    my (%messages, %open);
    my $out = '';
    for my $call (@calls) {
        $open{$connection->{next}} = 1;
        $messages{$connection->{next}} = '';
        $out .= request($connection->{next}, @$call);
        $connection->{next} += 2;
    }
    syswrite $connection->{socket}, $out;
    while (%open) {
        while (length $connection->{in} < 9 || length $connection->{in} < 9 + unpack 'N', "\0" . substr $connection->{in}, 0, 3) {
            return "no answer within $seconds s" unless readable($connection->{socket});
            sysread $connection->{socket}, $connection->{in}, 65536, length $connection->{in} or return 'connection closed';
        }
        my ($type, $flags, $stream) = unpack 'CCN', substr $connection->{in}, 3, 6;
        my $body = substr $connection->{in}, 9, unpack 'N', "\0" . substr $connection->{in}, 0, 3;
        substr($connection->{in}, 0, 9 + length $body) = '';
        if ($type == 0) { $messages{$stream} .= $body }
        elsif ($type == 4 && !($flags & 1)) { syswrite $connection->{socket}, frame(4, 1, 0, '') }
        elsif ($type == 6 && !($flags & 1)) { syswrite $connection->{socket}, frame(6, 1, 0, $body) }
        elsif ($type == 7) { return 'connection closed (GOAWAY)' }
        delete $open{$stream} if $type == 3 || ($type <= 1 && $flags & 1);
    }
    return ('', map { $messages{$_} } sort { $a <=> $b } keys %messages);
}

# What to ask of every namespace: section, method, and the fields of a listed item that are worth a record, by number
# (https://github.com/containerd/containerd/tree/main/api/services). Several numbers are a path into nested messages.
my @lists = (
    ['containers', 'containers.v1.Containers', 1, 3],
    ['tasks', 'tasks.v1.Tasks', 1, 2, 3],
    ['leases', 'leases.v1.Leases', 1],
    ['images', 'images.v1.Images', 1, [3, 2]],
    ['content', 'content.v1.Content', 1],
    ['snapshots', 'snapshots.v1.Snapshots', 1, 3],
);

my %streams = (content => 1, snapshots => 1);

sub ask_containerd {
    my ($socket, $problem) = connect_to('/run/containerd/containerd.sock');
    return {problem => $problem} unless $socket;
    # SETTINGS_INITIAL_WINDOW_SIZE and a WINDOW_UPDATE of the connection, so that no answer waits for credit.
    syswrite $socket, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(4, 0, 0, pack 'nN', 4, 0x7fffffff) . frame(8, 0, 0, pack 'N', 0x7fff0000);
    return {socket => $socket, in => '', next => 1, problem => ''};
}

sub emit_containerd {
    my ($connection) = @_;
    my ($problem, $answer) = ($connection->{problem});
    ($problem, $answer) = call($connection, ['/containerd.services.namespaces.v1.Namespaces/List', '', '']) unless $problem;
    $problem ||= 'it refused to list namespaces' unless length $answer;
    my @namespaces = $problem ? () : map { value($_, 1) } items($answer);
    my @snapshotters = map { m{([^.]+)/?$} } glob '/var/lib/containerd/io.containerd.snapshotter.v1.*';
    my (@calls, @about);
    for my $namespace (@namespaces) {
        for my $list (@lists) {
            for my $snapshotter ($list->[0] eq 'snapshots' ? @snapshotters : '') {
                push @calls, ["/containerd.services.$list->[1]/List", $namespace, $snapshotter eq '' ? '' : pack 'C C/a*', 0x0a, $snapshotter];
                push @about, [$list, $namespace, $snapshotter];
            }
        }
    }
    my @answers;
    ($problem, @answers) = call($connection, @calls) if @calls;
    my %records = map { $_->[0] => [] } @lists;
    for my $answer (@answers) {
        my ($list, $namespace, $snapshotter) = @{shift @about};
        my ($name, undef, @fields) = @$list;
        $problem ||= "it refused to list $name of namespace $namespace" unless length $answer || $streams{$name};
        for my $item (items($answer)) {
            push @{$records{$name}}, [$namespace, $snapshotter, map { value($item, ref $_ ? @$_ : $_) } @fields];
        }
    }
    emit('containerd namespaces', $problem, map { [$_] } @namespaces);
    emit("containerd $_->[0]", $problem, @{$records{$_->[0]}}) for @lists;
}

# The items of a list: every message of it has them in its first field.
sub items {
    my ($frames) = @_;
    my @items;
    for (my $at = 0; $at + 5 <= length $frames;) {
        my $length = unpack 'N', substr $frames, $at + 1, 4;
        push @items, map { $_->[1] } grep { $_->[0] == 1 } fields(substr $frames, $at + 5, $length);
        $at += 5 + $length;
    }
    return @items;
}

# Value of the field at a path of numbers; empty when absent, as protobuf has it.
sub value {
    my ($message, @path) = @_;
    for my $number (@path) { ($message) = map { $_->[1] } grep { $_->[0] == $number } fields($message); return '' unless defined $message }
    return $message;
}

# [number, value] of each field of a protobuf message (https://protobuf.dev/programming-guides/encoding/).
sub fields {
    my ($message) = @_;
    my ($at, @fields) = (0);
    my $varint = sub {
        my ($value, $shift) = (0, 0);
        while ($at < length $message) {
            my $byte = ord substr $message, $at++, 1;
            $value |= ($byte & 127) << $shift;
            $shift += 7;
            last unless $byte & 128;
        }
        return $value;
    };
    while ($at < length $message) {
        my $key = $varint->();
        my $wire = $key & 7;
        my $length = $wire == 2 ? $varint->() : $wire == 1 ? 8 : $wire == 5 ? 4 : 0;
        push @fields, [$key >> 3, $wire == 0 ? $varint->() : substr $message, $at, $length];
        $at += $length;
    }
    return @fields;
}

$SIG{PIPE} = 'IGNORE';
start_commands();
ask_docker();
my $containerd = ask_containerd();
emit_processes();
emit_files();
emit_containerd($containerd);
emit_docker();
emit_commands();
finish();
