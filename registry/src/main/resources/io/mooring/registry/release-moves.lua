-- From here on the server is told to move its clients.
-- ARGV: …, incarnation, generation, instance_uid, id of the drain
-- HELD | OVERTAKEN | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
local held = redis.call('HMGET', server, 'state', 'drain_id', 'move')
if held[1] ~= 'DRAINING' or held[2] ~= ARGV[8] then
  return {'OVERTAKEN'}
end
if held[3] ~= ARGV[8] then
  redis.call('HSET', server, 'move', ARGV[8])
  revise()
end
return {'HELD'}
