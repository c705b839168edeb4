# Cache::Memcached: text.
use strict;
use warnings;
use Cache::Memcached;

my ($host, $port) = @ARGV;
my $client = Cache::Memcached->new({ servers => ["$host:$port"], compress_threshold => 0 });
sub check { my ($holds, $what) = @_; die "Cache::Memcached: $what\n" unless $holds; }
my $large = 'x' x 900_000;
check($client->set('a', 'one') && $client->get('a') eq 'one', 'set and get');
$client->set('b', { list => [1, 2] });
check($client->get('b')->{list}[1] == 2, 'a structure');
check(keys %{ $client->get_multi('a', 'b', 'none') } == 2, 'get_multi');
check(!$client->add('a', 'x') && $client->replace('a', 'four'), 'add and replace');
$client->set('n', 10);
check($client->incr('n', 5) == 15 && $client->decr('n', 6) == 9, 'incr and decr');
check($client->delete('b') && !defined $client->get('b'), 'delete');
check($client->set('large', $large) && $client->get('large') eq $large, 'a large value');
check($client->stats && $client->flush_all && !defined $client->get('a'), 'stats and flush_all');
print "text: all well\n";
