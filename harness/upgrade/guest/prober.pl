# Asks targets for an answer over and over, each time over a new connection, until standard input ends.
#
#   prober.pl INTERVAL TIMEOUT STATUS TEXT NAME=ADDRESS:PORT...      times in milliseconds
#
# Prints a line when it is ready, then one for each request: name, time sent, milliseconds taken, "ok" or "failed", reason; tabs between.
# An answer has the status and the text, and comes to its end. Times are milliseconds since the boot of the machine's kernel, with the
# resolution of /proc/uptime, 10 ms: it is monotonic, and needs no module that a minimal Debian lacks.
use strict;
use warnings;
use Errno qw(EINPROGRESS EAGAIN EINTR);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket;

my ($interval, $timeout, $status, $text, @targets) = @ARGV;
my $request = "GET / HTTP/1.1\r\nHost: plumbline\r\nConnection: close\r\n\r\n";
my %asked;    # by file number
$| = 1;

sub now {
  open my $file, '<', '/proc/uptime' or die "Cannot read /proc/uptime: $!\n";
  my ($seconds) = split ' ', <$file>;
  return 1000 * $seconds;
}

sub finish {
  my ($one, $reason) = @_;
  delete $asked{fileno $one->{socket}} if defined fileno $one->{socket};
  close $one->{socket};
  printf "%s\t%.0f\t%.0f\t%s\t%s\n", $one->{name}, $one->{sent}, now() - $one->{sent}, $reason eq '' ? 'ok' : 'failed', $reason;
}

sub ask {
  my ($target) = @_;
  my ($name, $address, $port) = $target =~ /^(.*)=([\d.]+):(\d+)$/ or die "Cannot ask \"$target\"\n";
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "Cannot make a socket: $!\n";
  fcntl $socket, F_SETFL, fcntl($socket, F_GETFL, 0) | O_NONBLOCK;
  my $one = {name => $name, socket => $socket, sent => now(), answer => '', connected => 0};
  if (connect($socket, sockaddr_in($port, inet_aton($address))) || $! == EINPROGRESS) {
    $asked{fileno $socket} = $one;
  } else {
    finish($one, "$!");
  }
}

sub send_request {
  my ($one) = @_;
  my $error = unpack 'i', getsockopt($one->{socket}, SOL_SOCKET, SO_ERROR);
  if ($error != 0) {
    local $! = $error;
    return finish($one, "$!");
  }
  $one->{connected} = 1;
  local $SIG{PIPE} = 'IGNORE';
  defined syswrite $one->{socket}, $request or finish($one, "$!");
}

sub receive {
  my ($one) = @_;
  my $length = sysread $one->{socket}, $one->{answer}, 65536, length $one->{answer};
  if (!defined $length) {
    finish($one, "$!") unless $! == EAGAIN || $! == EINTR;
  } elsif ($length == 0) {
    my ($seen) = $one->{answer} =~ m{^HTTP/1\.\d (\d+)};
    finish($one, !defined $seen ? 'closed without an answer'
      : $seen ne $status || index($one->{answer}, $text) < 0 ? "the wrong answer, $seen" : '');
  }
}

print "ready\n";
# A timeout is noticed within half an interval.
my ($next, $ending, $longest) = (now(), 0, $interval / 2000);
while (!$ending || %asked) {
  my $now = now();
  if (!$ending && $now >= $next) {
    ask($_) for @targets;
    # A slot that was missed, because nobody let this run, is not made up for: the times sent tell.
    $next += $interval while $next <= $now;
  }
  my ($read, $write) = ('', '');
  vec($read, fileno STDIN, 1) = 1 unless $ending;
  vec($_->{connected} ? $read : $write, fileno $_->{socket}, 1) = 1 for values %asked;
  my $wait = ($next - now()) / 1000;
  my $found = select $read, $write, undef, $wait < 0 ? 0 : $wait > $longest ? $longest : $wait;
  if ($found > 0) {
    if (!$ending && vec $read, fileno STDIN, 1) {
      $ending = 1 unless sysread STDIN, my $ignored, 4096;
    }
    for my $one (values %{{%asked}}) {
      my $number = fileno $one->{socket};
      if (vec $write, $number, 1) { send_request($one) }
      elsif (vec $read, $number, 1) { receive($one) }
    }
  }
  $now = now();
  $_->{sent} + $timeout <= $now and finish($_, "no answer within $timeout ms") for values %{{%asked}};
}
