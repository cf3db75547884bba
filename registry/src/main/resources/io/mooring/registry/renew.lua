-- ARGV: …, incarnation, generation, instance_uid, load
-- HELD revision, then the hash in pairs | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
-- The first count also tells those who read while somebody had deleted the counters.
local counted = count()
redis.call('HSET', loads, id, ARGV[8])
if redis.call('HDEL', server, 'suspect') == 1 or counted == 1 then
  revise()
end
return {'HELD', redis.call('HGET', meta, 'revision'), unpack(redis.call('HGETALL', server))}
