-- Ends a drain that nobody asks for any more.
-- ARGV: …, incarnation, generation, instance_uid
-- HELD | OVERTAKEN | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
if redis.call('HGET', server, 'state') ~= 'DRAINING' or redis.call('HEXISTS', server, 'drain') == 1 then
  return {'OVERTAKEN'}
end
forget_drain()
redis.call('HSET', server, 'state', 'ACTIVE')
revise()
return {'HELD'}
