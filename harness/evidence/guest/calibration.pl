# Computes for 30 ms, several times what a scheduler gives at once to whoever has just come, and prints how long it was on a processor and
# how long it waited for one, in nanoseconds: those of /proc/PID/schedstat (Documentation/scheduler/sched-stats.rst). It gives up after
# 1.5 s. Given to "perl -".
use strict;
use warnings;

sub schedstat {
    open my $file, '<', '/proc/self/schedstat' or die "/proc/self/schedstat: $!\n";
    return split ' ', <$file>;
}

my ($ran, $waited) = schedstat();
my ($ran_then, $waited_then, $sum) = ($ran, $waited, 0);
while ($ran_then - $ran < 30e6 && $ran_then - $ran + $waited_then - $waited < 1500e6) {
    $sum += $_ & 7 for 1 .. 20_000;
    ($ran_then, $waited_then) = schedstat();
}
printf "%d %d\n", $ran_then - $ran, $waited_then - $waited;
