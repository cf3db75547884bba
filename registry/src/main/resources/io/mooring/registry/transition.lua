-- ARGV: …, incarnation, generation, instance_uid, state before, state after
-- HELD state | OVERTAKEN | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
if redis.call('HGET', server, 'state') ~= ARGV[8] then
  return {'OVERTAKEN'}
end
redis.call('HSET', server, 'state', ARGV[9])
revise()
return {'HELD', ARGV[9]}
