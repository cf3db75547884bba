-- ARGV: …, incarnation, generation, instance_uid
-- HELD state revision | EXPIRED | FENCED generation
local refused = refusal(ARGV[5], ARGV[6], ARGV[7])
if refused then
  return refused
end
return {'HELD', 'GONE', leave('deregistered')}
