#!/usr/bin/perl
# Ask for a visit by JSON-RPC, with nothing but Perl's own modules. Odoo 17 and 19.
use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;
use POSIX qw(strftime);

my ($url, $database, $login, $key) = @ENV{qw(ODOO_URL ODOO_DATABASE ODOO_LOGIN ODOO_API_KEY)};
my $json = JSON::PP->new->utf8;

sub rpc {
    my ($service, $method, @args) = @_;
    my $params = { service => $service, method => $method, args => \@args };
    my $call = { jsonrpc => '2.0', method => 'call', params => $params };
    my $response = HTTP::Tiny->new->post("$url/jsonrpc",
        { headers => { 'Content-Type' => 'application/json' }, content => $json->encode($call) });
    die "$response->{status} $response->{reason}\n" unless $response->{success};
    my $answer = $json->decode($response->{content});
    die $answer->{error} if $answer->{error};
    return $answer->{result};
}

my $uid = rpc('common', 'authenticate', $database, $login, $key, {});
die "wrong login or API key\n" unless $uid;

sub call {
    my ($method, $args, $options) = @_;
    my @all = ($database, $uid, $key, 'support.appointment', $method, $args, $options // {});
    return rpc('object', 'execute_kw', @all);
}

sub day_ahead { return strftime('%Y-%m-%d', gmtime(time + shift() * 86400)) }

# An id of your own makes it safe to send a request again after a failure of the network.
my $request = {
    customer_email => 'customer@example.com',
    customer_name  => 'John Doe',
    requested_date => day_ahead(7) . ' 14:00:00',
    timezone       => 'Europe/Brussels',
    description    => 'Network troubleshooting needed',
    priority       => 'high',
    external_ref   => 'perl-1',
};

print 'faults: ', scalar @{ call('check_external_data', [$request]) }, "\n";

my $id = call('create', [{}], { context => { external_data => $request } });
my ($appointment) = @{ call('read', [[$id], ['name', 'state', 'start']]) };
print "created: $appointment->{name} $appointment->{state}\n";

my $again = call('create', [{}], { context => { external_data => $request } });
print 'again: ', ($again == $id ? 'the same' : 'another one'), "\n";

my $slots = call('get_slots', [day_ahead(3), day_ahead(10), 1.0],
    { limit => 3, context => { tz => 'Europe/Brussels' } });
print 'slots: ', scalar @$slots, "\n";

eval {
    my $wrong = { customer_email => 'customer@example.com', priority => 'whenever' };
    call('create', [{}], { context => { external_data => $wrong } });
    1;
} or do {
    my $error = $@;
    die $error unless ref $error;
    my @lines = split /\n/, $error->{data}{message};
    for my $fault (@{ JSON::PP->new->decode($lines[-1]) }) {
        print "refused: $fault->{field} $fault->{code}\n";
    }
};
