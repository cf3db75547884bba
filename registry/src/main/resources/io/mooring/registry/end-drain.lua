-- Ends a drain that nobody asks for any more, also one of a server whose state some other hand changed.
-- ARGV: …, incarnation, generation, instance_uid
-- HELD | OVERTAKEN | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
local held = redis.call('HMGET', server, 'state', 'drain_id', 'drain')
local draining = held[1] == 'DRAINING'
if held[3] or not (draining or held[2]) then
  return {'OVERTAKEN'}
end
forget_drain()
if draining then
  redis.call('HSET', server, 'state', 'ACTIVE')
end
revise()
return {'HELD'}
