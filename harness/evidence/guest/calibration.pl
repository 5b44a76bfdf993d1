# Works until 30 ms have passed for it, on a processor or waiting for one, and prints both in nanoseconds: those of /proc/PID/schedstat
# (Documentation/scheduler/sched-stats.rst). Given to "perl -".
use strict;
use warnings;

sub schedstat {
    open my $file, '<', '/proc/self/schedstat' or die "/proc/self/schedstat: $!\n";
    return split ' ', <$file>;
}

my ($ran, $waited) = schedstat();
my ($ran_then, $waited_then, $sum) = ($ran, $waited, 0);
while ($ran_then - $ran + $waited_then - $waited < 30e6) {
    $sum += $_ & 7 for 1 .. 20_000;
    ($ran_then, $waited_then) = schedstat();
}
printf "%d %d\n", $ran_then - $ran, $waited_then - $waited;
