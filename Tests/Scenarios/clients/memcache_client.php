<?php
// php-memcache, the seed's client: text.
[, $host, $port] = $argv;
function check($holds, $what) { if (!$holds) { fwrite(STDERR, "php-memcache: $what\n"); exit(1); } }
$client = new Memcache();
check($client->connect($host, (int) $port), 'connect');
$large = str_repeat('x', 900000);
check($client->set('a', 'one') && $client->get('a') === 'one', 'set and get');
check($client->set('b', ['list' => [1, 2]]) && $client->get('b') === ['list' => [1, 2]], 'an array');
check($client->get(['a', 'none']) === ['a' => 'one'], 'get of several');
check(!$client->add('a', 'x') && $client->replace('a', 'four'), 'add and replace');
$client->set('n', 10);
check($client->increment('n', 5) === 15 && $client->decrement('n', 6) === 9, 'increment');
check($client->delete('b') && $client->get('b') === false, 'delete');
check($client->set('large', $large) && $client->get('large') === $large, 'a large value');
check($client->getStats() !== false && $client->flush() && $client->get('a') === false, 'stats and flush');
echo "text: all well\n";
