<?php
// php-memcached (libmemcached): text and binary.
[, $host, $port, $protocol] = $argv;
function check($holds, $what) { if (!$holds) { fwrite(STDERR, "php-memcached: $what\n"); exit(1); } }
$client = new Memcached();
$client->setOption(Memcached::OPT_BINARY_PROTOCOL, $protocol === 'binary');
$client->setOption(Memcached::OPT_COMPRESSION, false);
$client->addServer($host, (int) $port);
$large = str_repeat('x', 900000);
check($client->set('a', 'one') && $client->get('a') === 'one', 'set and get');
check($client->setMulti(['b' => 'two', 'c' => 'three']), 'setMulti');
check($client->getMulti(['a', 'b', 'none']) === ['a' => 'one', 'b' => 'two'], 'getMulti');
check(!$client->add('a', 'x') && $client->replace('a', 'four'), 'add and replace');
$found = $client->get('a', null, Memcached::GET_EXTENDED);
check($client->cas($found['cas'], 'a', 'five') && !$client->cas($found['cas'], 'a', 'six'), 'cas');
$client->set('n', 10);
check($client->increment('n', 5) === 15 && $client->decrement('n', 6) === 9, 'increment');
check($client->append('b', '!') && $client->prepend('b', '?') && $client->get('b') === '?two!', 'append');
check($client->touch('b', 100) && $client->delete('b') && $client->get('b') === false, 'touch and delete');
check($client->set('large', $large) && $client->get('large') === $large, 'a large value');
check($client->getStats() !== false && $client->flush() && $client->get('a') === false, 'stats and flush');
echo "$protocol: all well\n";
