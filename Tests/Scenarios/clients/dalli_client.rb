# dalli: the binary protocol, and meta commands.
require 'dalli'

host, port, protocol = ARGV
client = Dalli::Client.new("#{host}:#{port}", protocol: protocol.to_sym, value_max_bytes: 1 << 20)
def check(holds, what)
  abort "dalli: #{what}" unless holds
end
large = 'x' * 900_000
check client.set('a', 'one') && client.get('a') == 'one', 'set and get'
client.set('b', 'two')
check client.get_multi('a', 'b', 'none') == { 'a' => 'one', 'b' => 'two' }, 'get_multi'
check !client.add('a', 'three') && client.replace('a', 'four') && client.get('a') == 'four', 'add, replace'
check client.incr('n', 5, nil, 10) == 10 && client.incr('n', 5) == 15 && client.decr('n', 6) == 9, 'incr'
check client.cas('a') { |value| "#{value}!" } && client.get('a') == 'four!', 'cas'
client.set('raw', 'x', 0, raw: true)
check client.append('raw', 'y') && client.prepend('raw', 'w') && client.get('raw', raw: true) == 'wxy', 'append'
check client.touch('b', 100) && client.gat('b', 100) == 'two', 'touch, gat'
check client.delete('b') && client.get('b').nil?, 'delete'
check client.set('large', large, 0, compress: false) && client.get('large') == large, 'a large value'
check client.stats.values.first['curr_items'].to_i.positive?, 'stats'
client.flush
check client.get('a').nil?, 'flush'
puts "#{protocol}: all well"
