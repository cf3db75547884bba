-- ARGV: …, incarnation, generation, instance_uid, load
-- HELD state revision drain_id drain_spec move | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
-- The first count also tells those who read while somebody had deleted the counters.
local counted = redis.call('HINCRBY', beats, id, 1)
redis.call('HSET', loads, id, ARGV[8])
if redis.call('HDEL', server, 'suspect') == 1 or counted == 1 then
  revise()
end
local held = redis.call('HMGET', server, 'state', 'drain_id', 'drain_spec', 'move')
return {'HELD', held[1], redis.call('HGET', meta, 'revision'), held[2] or '', held[3] or '', held[4] or ''}
