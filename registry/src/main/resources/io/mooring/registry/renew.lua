-- ARGV: …, incarnation, generation, instance_uid, load
-- HELD state revision | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
redis.call('HINCRBY', beats, id, 1)
redis.call('HSET', loads, id, ARGV[8])
if redis.call('HDEL', server, 'suspect') == 1 then
  revise()
end
return {'HELD', redis.call('HGET', server, 'state'), redis.call('HGET', meta, 'revision')}
