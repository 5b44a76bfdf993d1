# Computes until it has been on a processor for 30 ms, several times what a scheduler gives at once to whoever has just come, or has waited
# for one for 0.6 s, when the verdict is clear; its own start counts. Prints both in nanoseconds: those of /proc/PID/schedstat
# (Documentation/scheduler/sched-stats.rst). Given to "perl -".
use strict;
use warnings;

my ($ran, $waited, $sum) = (0, 0, 0);
while ($ran < 30e6 && $waited < 0.6e9) {
    $sum += $_ & 7 for 1 .. 20_000;
    open my $file, '<', '/proc/self/schedstat' or die "/proc/self/schedstat: $!\n";
    ($ran, $waited) = split ' ', <$file>;
}
printf "%d %d\n", $ran, $waited;
