-- ARGV: …, incarnation, generation, instance_uid, renewal counter that was seen ('' for none)
-- HELD state | OVERTAKEN | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
if (redis.call('HGET', beats, id) or '') ~= ARGV[8] then
  return {'OVERTAKEN'}
end
if redis.call('HSET', server, 'suspect', '1') == 1 then
  revise()
end
return {'HELD', redis.call('HGET', server, 'state')}
