-- ARGV: …, incarnation, generation, instance_uid, state before, state after
-- HELD state | OVERTAKEN | EXPIRED | FENCED generation
local refused = refusal(ARGV[3], ARGV[4], ARGV[5])
if refused then
  return refused
end
if redis.call('HGET', server, 'state') ~= ARGV[6] then
  return {'OVERTAKEN'}
end
redis.call('HSET', server, 'state', ARGV[7])
revise()
return {'HELD', ARGV[7]}
