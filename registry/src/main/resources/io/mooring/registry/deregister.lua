-- ARGV: …, incarnation, generation, instance_uid
-- HELD state revision | EXPIRED | FENCED generation
local refused = refusal(ARGV[3], ARGV[4], ARGV[5])
if refused then
  return refused
end
return {'HELD', 'GONE', string.format('%d', leave())}
