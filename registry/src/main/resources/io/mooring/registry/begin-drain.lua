-- Begins the drain that was asked for, or gives the one that runs another spec.
-- ARGV: …, incarnation, generation, instance_uid, id for a new drain, spec
-- HELD | STANDS (it runs with this spec already) | OVERTAKEN | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
if redis.call('HEXISTS', server, 'drain') == 0 then
  return {'OVERTAKEN'}
end
local held = redis.call('HMGET', server, 'state', 'drain_spec', 'drain_id')
local begun = held[1] == 'DRAINING' and held[3]
redis.call('HDEL', server, 'drain_error')
if begun and held[2] == ARGV[9] then
  return {'STANDS'}
end
if not begun then
  redis.call('HDEL', server, 'move')
  redis.call('HSET', server, 'state', 'DRAINING', 'drain_id', ARGV[8])
end
redis.call('HSET', server, 'drain_spec', ARGV[9])
revise()
return {'HELD'}
