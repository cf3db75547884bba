-- ARGV: …, incarnation, generation, instance_uid, load ('' for none)
-- HELD revision | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
if ARGV[8] ~= '' then
  redis.call('HSET', loads, id, ARGV[8])
end
return {'HELD', leave('deregistered')}
