-- Asks for a drain; the leader takes it up.
-- ARGV: …, spec
-- HELD | GONE
local state = redis.call('HGET', server, 'state')
if not state or state == 'GONE' then
  return {'GONE'}
end
redis.call('HSET', server, 'drain', ARGV[5])
redis.call('HDEL', server, 'drain_error')
return {'HELD'}
