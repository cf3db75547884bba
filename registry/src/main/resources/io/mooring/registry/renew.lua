-- ARGV: …, incarnation, generation, instance_uid
-- HELD state revision | EXPIRED | FENCED generation
local refused = refusal(ARGV[3], ARGV[4], ARGV[5])
if refused then
  return refused
end
redis.call('HINCRBY', beats, id, 1)
if redis.call('HDEL', server, 'suspect') == 1 then
  revise()
end
return {'HELD', redis.call('HGET', server, 'state'), redis.call('HGET', meta, 'revision')}
