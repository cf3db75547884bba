-- ARGV: …, incarnation, generation, instance_uid, renewal counter that was seen ('' for none)
-- HELD state | OVERTAKEN | EXPIRED | FENCED generation
if (redis.call('HGET', beats, id) or '') ~= ARGV[6] then
  return {'OVERTAKEN'}
end
-- A hash that somebody deleted must not keep a dead server in every follower's memory.
if redis.call('HGET', meta, 'incarnation') == ARGV[3] and redis.call('EXISTS', server) == 0 then
  redis.call('HSET', server, 'generation', ARGV[4], 'instance_uid', ARGV[5])
end
local refused = refusal(ARGV[3], ARGV[4], ARGV[5])
if refused then
  return refused
end
leave()
return {'HELD', 'GONE'}
