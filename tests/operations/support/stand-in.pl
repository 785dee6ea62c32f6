# A stand-in for an external program: it writes down how it was called and answers as `answers` beside it says. In Perl, which git
# brings along and which starts twenty times as fast as Node: a run of tests makes thousands of calls.
use strict;
use warnings;
use Cwd qw(getcwd);
use Fcntl qw(:flock);
use File::Basename qw(basename dirname);
use File::Path qw(make_path);

# Variables that programs of ours are called with on purpose.
my @named = qw(KUBECONFIG SOPS_AGE_KEY_FILE SOPS_CONFIG TALOSCONFIG);

my $folder = dirname($0);
my $program = basename($0);
my $isVersion = grep({ $_ eq '--version' } @ARGV) || (@ARGV && $ARGV[0] eq 'version');
my ($setup, @rules) = readAnswers();
my $number = record(readInput());
kill 'KILL', getppid() if $number == $setup->{killAt};
sleep 60 if $number == $setup->{hangAt};
fail(1, "error: made to fail here\n") if $number == $setup->{failAt};
answer(grep { fits($_) } @rules);

# What the test wrote: a line of fields for the whole and one for each rule, lists of words and of `path=text` among them.
sub readAnswers {
    open(my $file, '<', "$folder/answers") or die "answers: $!";
    return map { chomp; +{ map { split(/=/, $_, 2) } split(/&/) } } <$file>;
}

sub plain {
    my ($text) = @_;
    $text =~ s/%([0-9A-F]{2})/chr(hex($1))/ge;
    return $text;
}

sub listed {
    return map { plain($_) } split(/,/, $_[0] // '');
}

sub readInput {
    local $/;
    return <STDIN> // '';
}

# One line a call; its number counts from 1, calls for a version aside.
sub record {
    my ($input) = @_;
    my @variables = grep { exists $ENV{$_} } @named, listed($setup->{environment});
    my @fields = (
        '"program":' . quoted($program),
        '"args":[' . join(',', map { quoted($_) } @ARGV) . ']',
        '"folder":' . quoted(getcwd()),
        '"environment":{' . join(',', map { quoted($_) . ':' . quoted($ENV{$_}) } @variables) . '}',
        '"secrets":[' . join(',', map { quoted($_) } grep { /TOKEN|SECRET|PASSW/ } sort keys %ENV) . ']',
        '"isVersion":' . ($isVersion ? 'true' : 'false'),
    );
    if ($input ne '') {
        require Digest::SHA;
        push @fields, sprintf('"input":{"bytes":%d,"sha256":"%s"}', length($input), Digest::SHA::sha256_hex($input));
    }
    open(my $log, '+>>', "$folder/calls.jsonl") or die "calls.jsonl: $!";
    flock($log, LOCK_EX);
    syswrite($log, '{' . join(',', @fields) . "}\n");
    seek($log, 0, 0);
    return $isVersion ? 0 : grep { /"isVersion":false/ } <$log>;
}

sub quoted {
    my ($text) = @_;
    $text =~ s/([\x00-\x1f"\\])/sprintf('\\u%04x', ord($1))/ge;
    return "\"$text\"";
}

sub fits {
    my ($rule) = @_;
    return 0 if plain($rule->{program}) ne $program;
    return 0 if exists $rule->{match} && join(' ', @ARGV) !~ plain($rule->{match});
    return !grep({ !isSet($_) } listed($rule->{when})) && !grep({ isSet($_) } listed($rule->{unless}));
}

sub isSet {
    return -e "$folder/flags/$_[0]";
}

sub answer {
    my ($rule) = @_;
    fail(97, "stand-in of $program: no answer for: @ARGV\n") if !defined $rule;
    for my $entry (listed($rule->{writes})) {
        my ($path, $text) = map { plain($_) } split(/=/, $entry, 2);
        my $file = plain($setup->{root}) . "/$path";
        make_path(dirname($file));
        store($file, $text);
    }
    for my $flag (listed($rule->{sets})) {
        make_path("$folder/flags");
        store("$folder/flags/$flag", '');
    }
    print STDOUT plain($rule->{stdout} // '');
    print STDERR plain($rule->{stderr} // '');
    exit($rule->{exitCode} // 0);
}

sub store {
    my ($path, $text) = @_;
    open(my $file, '>', $path) or die "$path: $!";
    print $file $text;
    close($file) or die "$path: $!";
}

sub fail {
    my ($code, $text) = @_;
    print STDERR $text;
    exit($code);
}
