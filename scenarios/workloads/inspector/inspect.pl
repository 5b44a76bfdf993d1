#!/usr/bin/perl
# Looks at a container from inside and prints what it found, a line each: "QUESTION.NAME<tab>ANSWER".
#
#   inspect QUESTION...      answers questions: process settings calls sockets paths devices loopback; all of them when none is named
#   inspect serve            answers all, prints "ready", answers HTTP on port 80 until SIGTERM
#   inspect hold             the same without a server
#   inspect descriptors MOST opens files until the kernel refuses
#   inspect processes MOST   forks until the kernel refuses
#   inspect memory BYTES     takes memory and touches it
#
# A system call is asked for something that the kernel must refuse, so that nothing is changed: what refuses it, and whether
# it got as far as the kernel, shows in the error. Numbers of calls: https://github.com/torvalds/linux/tree/master/scripts/syscall.tbl
use strict;
use warnings;
use Errno ();
use Fcntl qw(O_RDONLY O_WRONLY O_RDWR O_NOCTTY :mode);
use POSIX ();
use Socket;

$| = 1;
my $arm = (POSIX::uname())[4] eq 'aarch64';

# The error that the last call left, by name.
sub error_name { my $number = $! + 0; my ($name) = sort grep { $!{$_} } keys %!; return $name || "error $number" }
sub say_that { my ($question, $name, $answer) = @_; $answer =~ s/[\t\n]/ /g; print "$question.$name\t$answer\n" }
sub slurp { my ($path) = @_; open(my $file, '<', $path) or return undef; local $/; return scalar <$file> }

# Since 5.1 new calls have one number on all architectures.
my @calls = (
    # name, x86_64, arm64, arguments: mostly a descriptor that is none, or an address that is none
    ['io_uring_setup', 425, 425, 0, 0], ['io_uring_enter', 426, 426, -1, 0, 0, 0, 0, 0], ['io_uring_register', 427, 427, -1, 0, 0, 0],
    ['clone3', 435, 435, 0, 0], ['unshare', 272, 97, 1], ['setns', 308, 268, -1, 0], ['pidfd_open', 434, 434, -1, 0],
    ['pidfd_getfd', 438, 438, -1, -1, 0], ['pidfd_send_signal', 424, 424, -1, 0, 0, 0], ['close_range', 436, 436, 9, 8, 0], ['openat2', 437, 437, -1, 0, 0, 0],
    ['faccessat2', 439, 439, -1, 0, 0, -1], ['fchmodat2', 452, 452, -1, 0, 0, -1], ['process_madvise', 440, 440, -1, 0, 0, 0, -1],
    ['process_mrelease', 448, 448, -1, -1], ['epoll_pwait2', 441, 441, -1, 0, 0, 0, 0, 0], ['futex_waitv', 449, 449, 0, 0, -1, 0, 0],
    ['futex_wake', 454, 454, 0, 0, 0, -1], ['futex_wait', 455, 455, 0, 0, 0, -1, 0, 0], ['futex_requeue', 456, 456, 0, -1, 0, 0],
    ['landlock_create_ruleset', 444, 444, 0, 0, 0], ['landlock_add_rule', 445, 445, -1, 0, 0, -1], ['landlock_restrict_self', 446, 446, -1, -1],
    ['memfd_create', 319, 279, 0, -1], ['memfd_secret', 447, 447, -1], ['mseal', 462, 462, 1, 1, -1], ['map_shadow_stack', 453, 453, 1, 1, -1],
    ['cachestat', 451, 451, -1, 0, 0, -1], ['statmount', 457, 457, 0, 0, 0, -1], ['listmount', 458, 458, 0, 0, 0, -1], ['lsm_get_self_attr', 459, 459, 0, 0, 0, -1],
    ['lsm_set_self_attr', 460, 460, 0, 0, 0, -1], ['lsm_list_modules', 461, 461, 0, 0, -1], ['setxattrat', 463, 463, -1, 0, -1, 0, 0, 0],
    ['getxattrat', 464, 464, -1, 0, -1, 0, 0, 0], ['listxattrat', 465, 465, -1, 0, -1, 0, 0], ['removexattrat', 466, 466, -1, 0, -1, 0],
    ['open_tree_attr', 467, 467, -1, 0, -1, 0, 0], ['file_getattr', 468, 468, -1, 0, 0, 0, -1], ['file_setattr', 469, 469, -1, 0, 0, 0, -1],
    ['open_tree', 428, 428, -1, 0, -1], ['move_mount', 429, 429, -1, 0, -1, 0, -1], ['fsopen', 430, 430, 0, -1], ['fsconfig', 431, 431, -1, -1, 0, 0, 0],
    ['fsmount', 432, 432, -1, -1, -1], ['fspick', 433, 433, -1, 0, -1], ['mount_setattr', 442, 442, -1, 0, -1, 0, 0], ['mount', 165, 40, 0, 0, 0, 0, 0],
    ['umount2', 166, 39, 0, -1], ['pivot_root', 155, 41, 0, 0], ['chroot', 161, 51, 0], ['quotactl', 179, 60, -1, 0, 0, 0], ['quotactl_fd', 443, 443, -1, 0, 0, 0],
    ['pkey_alloc', 330, 289, 0, 0], ['pkey_mprotect', 329, 288, 1, 0, 0, -1], ['pkey_free', 331, 290, -1], ['bpf', 321, 280, -1, 0, 0],
    ['perf_event_open', 298, 241, 0, 0, 0, 0, 0], ['userfaultfd', 323, 282, -1], ['fanotify_init', 300, 262, -1, 0], ['keyctl', 250, 219, -1, 0, 0, 0, 0],
    ['add_key', 248, 217, 0, 0, 0, 0, 0], ['request_key', 249, 218, 0, 0, 0, 0], ['ptrace', 101, 117, -1, -1, 0, 0], ['process_vm_readv', 310, 270, -1, 0, 0, 0, 0, 0],
    ['kcmp', 312, 272, -1, -1, 0, 0, 0], ['seccomp', 317, 277, -1, 0, 0], ['personality', 135, 92, 0xffffffff], ['kexec_load', 246, 104, -1, -1, 0, -1],
    ['init_module', 175, 105, 0, 0, 0], ['finit_module', 313, 273, -1, 0, -1], ['delete_module', 176, 106, 0, 0], ['reboot', 169, 142, 0, 0, 0, 0],
    ['syslog', 103, 116, -1, 0, 0], ['swapon', 167, 224, 0, -1], ['acct', 163, 89, 1], ['sethostname', 170, 161, 0, -1], ['setdomainname', 171, 162, 0, -1],
    ['settimeofday', 164, 170, 1, 1], ['clock_settime', 227, 112, -1, 0], ['clock_adjtime', 305, 266, -1, 0], ['name_to_handle_at', 303, 264, -1, 0, 0, 0, -1],
    ['open_by_handle_at', 304, 265, -1, 0, -1], ['move_pages', 279, 239, -1, 0, 0, 0, 0, -1], ['mbind', 237, 235, 1, 1, -1, 0, 0, -1],
    ['set_mempolicy', 238, 237, -1, 0, 0], ['get_mempolicy', 239, 236, 0, 0, 0, 0, -1], ['migrate_pages', 256, 238, -1, 0, 0, 0], ['set_mempolicy_home_node', 450, 450, 1, 0, 0, -1],
    ['rseq', 334, 293, 1, 0, -1, 0], ['membarrier', 324, 283, -1, 0, 0], ['vmsplice', 278, 75, -1, 0, 0, -1], ['iopl', 172, undef, 4], ['uretprobe', 335, undef],
);

# A call that nobody is meant to make may end its caller: the next one goes on behind it.
sub ask_calls {
    my @left = grep { defined $_->[$arm ? 2 : 1] } @calls;
    while (@left) {
        my $child = open(my $answers, '-|') // die "Cannot fork: $!\n";
        if (!$child) {
            # One that the kernel ends so would leave a file with its memory: setrlimit(2), RLIMIT_CORE.
            my $no_bytes = pack 'Q2', 0, 0;
            syscall($arm ? 164 : 160, 4, $no_bytes);
            for (@left) {
                my ($name, $x86, $other, @arguments) = @$_;
                say_that('calls', $name, syscall($arm ? $other : $x86, @arguments) == -1 ? error_name() : 'allowed');
            }
            POSIX::_exit(0);
        }
        while (<$answers>) { print; shift @left }
        close $answers;
        say_that('calls', (shift @left)->[0], 'signal ' . ($? & 127)) if @left;
    }
}

# Families and types, from linux/socket.h.
my @sockets = (['unix', 1, 1, 0], ['inet-raw', 2, 3, 1], ['ping', 2, 2, 1], ['inet6', 10, 1, 0], ['netlink', 16, 3, 0], ['packet', 17, 3, 0], ['alg', 38, 5, 0], ['vsock', 40, 3, 0], ['xdp', 44, 3, 0]);

sub ask_sockets {
    for (@sockets) {
        my ($name, $family, $type, $protocol) = @$_;
        say_that('sockets', $name, socket(my $socket, $family, $type, $protocol) ? 'allowed' : error_name());
    }
}

# What prctl(2) tells of a process and /proc does not: name, option, whether the answer is written to an address. Numbers: linux/prctl.h.
my @settings = (
    ['parentDeathSignal', 2, 1], ['dumpable', 3, 0], ['keepsCapabilities', 7, 0], ['securebits', 27, 0], ['timerSlack', 30, 0], ['machineCheck', 34, 0],
    ['subreaper', 37, 1], ['hugePagesOff', 42, 0],
);

sub ask_settings {
    for (@settings) {
        my ($name, $option, $is_written) = @$_;
        my $written = pack 'i', -1;
        my $returned = syscall($arm ? 167 : 157, $option, $is_written ? $written : 0, 0, 0, 0);
        say_that('settings', $name, $returned == -1 ? error_name() : $is_written ? unpack('i', $written) : $returned);
    }
}

# What a process has, with hexadecimal masks as the kernel prints them.
sub ask_process {
    my $status = slurp('/proc/self/status') || '';
    say_that('process', $1, $2) while $status =~ /^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp|Uid|Gid|Groups|Umask):[ \t]*(.*?)[ \t]*$/mg;
    for (split /\n/, slurp('/proc/self/limits') || '') { say_that('limits', $1, "$2 $3") if /^Max (.+?)\s{2,}(\S+)\s+(\S+)/ }
    (my $label = slurp('/proc/self/attr/current') || 'none') =~ s/[\0\n]//g;
    say_that('process', 'label', $label);
    say_that('process', 'home', $ENV{HOME} // 'unset');
    say_that('process', 'path', $ENV{PATH} // 'unset');
    say_that('process', 'machine', (POSIX::uname())[4]);
    say_that('process', 'domainname', (slurp('/proc/sys/kernel/domainname') // 'unreadable') =~ s/\n//r);
    opendir(my $folder, '/proc/self/fd') or return;
    say_that('process', 'descriptors', join ' ', grep { $_ > 2 && $_ != fileno $folder } sort { $a <=> $b } grep { /^\d+$/ } readdir $folder);
}

# Files are opened, and nothing is written; folders are listed, and get a folder for a moment.
my @paths = qw(
    / /dev/mqueue /dev/shm /etc/hosts /etc/hostname /etc/resolv.conf /proc/acpi /proc/asound /proc/bus /proc/fs /proc/interrupts /proc/irq /proc/kcore /proc/keys
    /proc/kallsyms /proc/latency_stats /proc/sched_debug /proc/scsi /proc/self/attr/exec /proc/sys/kernel/domainname /proc/sys/kernel/core_pattern /proc/sys/net/ipv4/ip_forward
    /proc/sysrq-trigger /proc/timer_list /run /sys/devices/virtual/powercap /sys/firmware /sys/fs/cgroup /sys/kernel /tmp
);

sub ask_paths {
    for my $path (@_ ? @_ : @paths) {
        if (!-e $path) { say_that('paths', $path, 'absent'); next }
        if (-d $path) {
            my $folder;
            my $seen = !opendir($folder, $path) ? error_name() : (grep { !/^\.\.?$/ } readdir $folder) ? 'listed' : 'empty';
            my $made = mkdir("$path/inspected", 0700) ? (rmdir("$path/inspected") && 'writable') : error_name();
            say_that('paths', $path, "$seen $made");
        } else {
            my ($in, $byte);
            my $read = !sysopen($in, $path, O_RDONLY) ? error_name() : sysread($in, $byte, 1) ? 'read' : 'empty';
            my $write = sysopen(my $out, $path, O_WRONLY) ? 'writable' : error_name();
            say_that('paths', $path, "$read $write");
        }
    }
}

# Devices that are there are opened; others are made first, which the device cgroup has a say in.
my @devices = (['null', 1, 3], ['mem', 1, 1], ['loop0', 7, 0], ['tun', 10, 200], ['fuse', 10, 229], ['kmsg', 1, 11]);

sub ask_devices {
    for my $name (qw(null zero full random urandom tty ptmx console fuse kmsg net/tun mem)) {
        my $path = "/dev/$name";
        # Opening the kernel's log or memory is question enough: nothing is read.
        say_that('devices', $path, !-e $path ? 'absent' : sysopen(my $file, $path, O_RDWR | O_NOCTTY) ? 'opened' : error_name());
    }
    for (@devices) {
        my ($name, $major, $minor) = @$_;
        my $path = "/tmp/inspected-$name";
        my $made = syscall($arm ? 33 : 259, -100, $path, S_IFCHR | 0600, ($major << 8) | $minor) == 0;
        my $answer = $made ? (sysopen(my $file, $path, O_RDWR | O_NOCTTY) ? 'opened' : error_name()) : 'mknod ' . error_name();
        unlink $path if $made;
        say_that('devices', "made.$name", $answer);
    }
}

# Whether something that listens on this host's own addresses is reached by them, and what its name means.
sub ask_loopback {
    for (['ipv4', AF_INET, pack_sockaddr_in(0, inet_aton('127.0.0.1'))], ['ipv6', AF_INET6, Socket::pack_sockaddr_in6(0, Socket::inet_pton(AF_INET6, '::1'))]) {
        my ($name, $family, $address) = @$_;
        my ($server, $client);
        my $reached = socket($server, $family, SOCK_STREAM, 0) && bind($server, $address) && listen($server, 1)
            && socket($client, $family, SOCK_STREAM, 0) && connect($client, getsockname $server);
        say_that('loopback', $name, $reached ? 'reached' : error_name());
    }
    my ($error, @found) = Socket::getaddrinfo('localhost', '', {socktype => SOCK_STREAM});
    my @addresses = sort map { (Socket::getnameinfo($_->{addr}, Socket::NI_NUMERICHOST()))[1] } @found;
    say_that('loopback', 'localhost', $error ? "$error" : "@addresses");
    my $low;
    my $bound = socket($low, AF_INET, SOCK_STREAM, 0) && bind($low, pack_sockaddr_in(79, INADDR_ANY));
    say_that('loopback', 'port79', $bound ? 'bound' : error_name());
}

sub take_descriptors {
    my ($most) = @_;
    my @files;
    while (@files < $most) { open(my $file, '<', '/dev/null') or last; push @files, $file }
    say_that('taken', 'descriptors', @files < $most ? error_name() . ' after ' . @files : "all $most");
}

sub take_processes {
    my ($most) = @_;
    my ($count, $refused) = (0, '');
    pipe(my $wait, my $go) or die "Cannot make a pipe: $!\n";
    while ($count < $most) {
        my $child = fork;
        if (!defined $child) { $refused = error_name(); last }
        if (!$child) { close $go; sysread($wait, my $byte, 1); POSIX::_exit(0) }
        $count++;
    }
    close $go;
    1 while wait != -1;
    say_that('taken', 'processes', $refused ? "$refused after $count" : "all $most");
}

sub take_memory {
    my ($bytes) = @_;
    my @held;
    for (1 .. $bytes / 1048576) { push @held, 'x' x 1048576 }
    say_that('taken', 'memory', 'all ' . $bytes);
}

sub serve {
    my $server;
    socket($server, AF_INET, SOCK_STREAM, 0) && setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1) && bind($server, pack_sockaddr_in(80, INADDR_ANY)) && listen($server, 16)
        or die "Cannot listen on port 80: $!\n";
    print "ready\n";
    while (1) {
        accept(my $client, $server) or next;
        sysread($client, my $request, 4096);
        my $body = "plumbline inspector\n";
        syswrite $client, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
        close $client;
    }
}

my %questions = (process => \&ask_process, settings => \&ask_settings, calls => \&ask_calls, sockets => \&ask_sockets, paths => \&ask_paths, devices => \&ask_devices, loopback => \&ask_loopback);
my @all = qw(process settings calls sockets paths devices loopback);
my ($first, @rest) = @ARGV ? @ARGV : @all;

# The kernel gives the init of a pid namespace no default for signals: it ends by them only if it says so.
$SIG{$_} = sub { exit 0 } for qw(TERM QUIT INT);
if ($first eq 'serve' || $first eq 'hold') {
    $questions{$_}->() for @all;
    serve() if $first eq 'serve';
    print "ready\n";
    sleep 1 while 1;
}
elsif ($first eq 'descriptors') { take_descriptors(@rest) }
elsif ($first eq 'processes') { take_processes(@rest) }
elsif ($first eq 'memory') { take_memory(@rest) }
elsif ($first eq 'paths' && @rest && $rest[0] =~ m{^/}) { ask_paths(@rest) }
else { ($questions{$_} || die "There is no question \"$_\"\n")->() for $first, @rest }
