#!/usr/bin/perl
# Asks Rollcall's resolvers where a session is, for Apache's RewriteMap: a public id per line in, one line out for each,
#
#     <id>|200|<host:port>|<base path>    the session's DCV server
#     <id>|404||                          there is no such session
#     <id>|503||                          nobody knows at the moment
#
# Apache runs one of these behind one lock and waits for its answers without a time-out, so it never waits long, never
# ends by itself before its input does, and never writes one line more or less. A line that can be no id is answered
# with `-` for the id. Perl's base modules are enough for it.

use strict;
use warnings;

use Errno qw(EAGAIN EINPROGRESS EINTR);
use Socket qw(AI_NUMERICHOST AI_NUMERICSERV SOCK_STREAM SOL_SOCKET SO_ERROR getaddrinfo);

use constant {
    USAGE_ERROR      => 64,
    CONNECT_SECONDS  => 0.2,
    # Somewhat more than a resolver takes to say that its store does not answer.
    ANSWER_SECONDS   => 0.4,
    # A resolver that let us wait this long for nothing rests for a while: everybody else waits behind the lock.
    SLOW_SECONDS     => 0.15,
    REST_SECONDS     => 2,
    COMPLAIN_SECONDS => 10,
    LINE_BYTES_MAX   => 256,
    READ_BYTES       => 4096,
    ANSWER_BYTES_MAX => 8192,
};

my $ID        = qr/[A-Za-z0-9_][A-Za-z0-9._~-]{0,199}/;
my $HOST      = qr/[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\]/;
my $PORT      = qr/[1-9][0-9]{0,4}/;
my $BASE_PATH = qr{(?:/(?!\.{1,2}(?:/|\z))[A-Za-z0-9._~-]{1,255}){0,16}};

my $USAGE = <<'END';
usage: rollcall-route.pl http://ADDRESS:PORT[/PREFIX] …

Answers Apache's RewriteMap (prg:) with the DCV server of a session. Each argument is a resolver, by its IP address
(an IPv6 address in brackets); PREFIX is its RESOLVER_PATH_PREFIX. The one that answered last is asked first.

Try it by hand:  echo 'gpu-1~console' | rollcall-route.pl http://127.0.0.1:8447
END

main(@ARGV);

sub main {
    my @arguments = @_;
    if (grep { $_ eq '--help' } @arguments) {
        print $USAGE;
        exit 0;
    }
    fail_usage('no resolver is given') if !@arguments;
    my @resolvers = map { read_resolver($arguments[$_], $_ + 1) } 0 .. $#arguments;

    # A prefix is a secret, which `ps` need not show.
    $0 = 'rollcall-route';
    outlive_apache_generation();
    $SIG{PIPE} = 'IGNORE';
    binmode STDIN;
    binmode STDOUT;
    my $read_line = line_reader();
    while (defined(my $line = $read_line->())) {
        exit 1 if !write_all(*STDOUT, answer(\@resolvers, $line) . "\n");
    }
    exit 0;
}

# At a graceful restart Apache ends the process that it started, while requests of the old generation are still on their
# way here. So the work is done by a child, which Apache does not know, and which ends when the last of them has closed
# its end of the pipe.
sub outlive_apache_generation {
    my $worker = fork;
    return if !$worker;    # 0 in the child; undefined when there is none to be had
    close STDIN;
    close STDOUT;
    waitpid $worker, 0;
    exit($? >> 8 || ($? ? 1 : 0));
}

sub fail_usage {
    my ($problem) = @_;
    print STDERR "rollcall-route: $problem\n$USAGE";
    exit USAGE_ERROR;
}

sub read_resolver {
    my ($url, $number) = @_;
    my ($host, $port, $prefix) = $url =~ m{\Ahttp://($HOST):($PORT)((?:/[\x21-\x7e]*)?)\z}
        or fail_usage("resolver $number is not http://ADDRESS:PORT");
    my ($address) = $host =~ /\A\[?(.*?)\]?\z/;
    my ($error, $found) = getaddrinfo($address, $port,
        { flags => AI_NUMERICHOST | AI_NUMERICSERV, socktype => SOCK_STREAM });
    fail_usage("resolver $number is no IP address with a port") if $error || $port > 65535;
    $prefix =~ s{/+\z}{};
    return { %$found, name => "$host:$port", path => "$prefix/route" };
}

# Hands out whole lines; '' for one that is too long.
sub line_reader {
    my ($pending, $is_too_long) = ('', 0);
    return sub {
        my $end;
        while (($end = index $pending, "\n") < 0) {
            if (length $pending > LINE_BYTES_MAX) {
                ($pending, $is_too_long) = ('', 1);
            }
            my $got = sysread STDIN, $pending, READ_BYTES, length $pending;
            next if !defined $got && $!{EINTR};
            return undef if !$got;
        }
        my $line = substr $pending, 0, $end;
        substr $pending, 0, $end + 1, '';
        $line = '' if $is_too_long || $end > LINE_BYTES_MAX;
        $is_too_long = 0;
        return $line;
    };
}

sub write_all {
    my ($to, $text) = @_;
    while (length $text) {
        my $written = syswrite $to, $text;
        next if !defined $written && $!{EINTR};
        return 0 if !$written;
        substr $text, 0, $written, '';
    }
    return 1;
}

sub answer {
    my ($resolvers, $line) = @_;
    return '-|404||' if $line !~ /\A$ID\z/;
    return join '|', $line, route($resolvers, $line);
}

# Status, upstream and base path, from the first resolver that knows. One that rests is the last resort, and none when
# all do.
sub route {
    my ($resolvers, $id) = @_;
    my @awake = grep { !rests($_) } @$resolvers;
    return (503, '', '') if !@awake;
    for my $resolver (@awake, grep { rests($_) } @$resolvers) {
        my ($waited, $problem, @route) = ask($resolver, $id);
        if (!defined $problem) {
            delete $resolver->{slow_at};
            @$resolvers = ($resolver, grep { $_ != $resolver } @$resolvers);
            return @route;
        }
        $resolver->{slow_at} = time if $waited > SLOW_SECONDS;
        complain($resolver, $problem);
    }
    return (503, '', '');
}

# The clock may be set back meanwhile.
sub rests {
    my ($resolver) = @_;
    my $since = time - ($resolver->{slow_at} // 0);
    return $since >= 0 && $since < REST_SECONDS;
}

sub complain {
    my ($resolver, $problem) = @_;
    return if abs(time - ($resolver->{complained_at} // 0)) < COMPLAIN_SECONDS;
    $resolver->{complained_at} = time;
    write_all(*STDERR, "rollcall-route: resolver $resolver->{name}: $problem\n");
}

# The seconds that were waited, then a problem, or undef and the route.
sub ask {
    my ($resolver, $id) = @_;
    my $waited = 0;
    my $wait = sub {
        my ($socket, $for, $seconds) = @_;
        my $bits = '';
        vec($bits, fileno $socket, 1) = 1;
        while (1) {
            my ($reading, $writing) = $for eq 'read' ? ($bits, undef) : (undef, $bits);
            # Linux tells how much of the time was left.
            my ($ready, $left) = select $reading, $writing, undef, $seconds;
            $waited += $seconds - $left;
            return ($ready > 0, $left) if $ready >= 0 || !$!{EINTR};
            $seconds = $left;
        }
    };
    my ($problem, @route) = exchange($resolver, $id, $wait);
    return ($waited, $problem, @route);
}

sub exchange {
    my ($resolver, $id, $wait) = @_;
    socket my $socket, $resolver->{family}, SOCK_STREAM, $resolver->{protocol}
        or return "no socket: $!";
    $socket->blocking(0);
    if (!connect $socket, $resolver->{addr}) {
        return "cannot be reached: $!" if !$!{EINPROGRESS};
        my ($is_ready) = $wait->($socket, 'write', CONNECT_SECONDS);
        return 'cannot be reached in time' if !$is_ready;
        $! = unpack 'i', getsockopt $socket, SOL_SOCKET, SO_ERROR;
        return "cannot be reached: $!" if $!;
    }
    my $request = join "\r\n", "HEAD $resolver->{path} HTTP/1.1", "Host: $resolver->{name}",
        "X-Rollcall-Session: $id", 'Connection: close', '', '';
    # A new connection takes these few bytes at once, or it is of no use.
    return "took no request: $!" if (syswrite($socket, $request) // 0) != length $request;

    my ($head, $left) = ('', ANSWER_SECONDS);
    until ($head =~ /\r\n\r\n/) {
        return 'an answer without an end' if length $head >= ANSWER_BYTES_MAX;
        (my $is_ready, $left) = $wait->($socket, 'read', $left);
        return 'no answer in time' if !$is_ready;
        my $got = sysread $socket, $head, ANSWER_BYTES_MAX - length $head, length $head;
        next if !defined $got && ($!{EINTR} || $!{EAGAIN});
        return 'closed without an answer' if !$got;
    }
    return read_answer($head);
}

sub read_answer {
    my ($head) = @_;
    my ($status) = $head =~ m{\AHTTP/1\.[01] ([0-9]{3})[ \r]} or return 'no HTTP';
    return (undef, 404, '', '') if $status == 404;
    return "answered $status" if $status != 200;
    my @upstreams  = header($head, 'X-Rollcall-Upstream');
    my @base_paths = header($head, 'X-Rollcall-Base-Path');
    return 'answered without one upstream' if @upstreams != 1 || @base_paths > 1;
    my ($port) = $upstreams[0] =~ /\A(?:$HOST):($PORT)\z/;
    return 'answered an upstream that is no host:port' if !$port || $port > 65535;
    my $base_path = $base_paths[0] // '';
    return 'answered a base path that cannot be carried' if $base_path !~ /\A$BASE_PATH\z/;
    return (undef, 200, $upstreams[0], $base_path);
}

sub header {
    my ($head, $name) = @_;
    return $head =~ /^\Q$name\E:[ \t]*(.*?)[ \t]*\r$/mgi;
}
