-- ARGV: …, incarnation, generation, instance_uid, renewal counter that was seen ('' for none)
-- HELD state | OVERTAKEN | EXPIRED | FENCED generation
if (redis.call('HGET', beats, id) or '') ~= ARGV[8] then
  return {'OVERTAKEN'}
end
-- A hash that somebody deleted must not keep a dead server in every follower's memory.
if redis.call('HGET', meta, 'incarnation') == ARGV[5] and redis.call('EXISTS', server) == 0 then
  redis.call('HSET', server, 'generation', ARGV[6], 'instance_uid', ARGV[7])
end
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
leave('expired')
return {'HELD', 'GONE'}
