-- KEYS: {mooring}:envoys   ARGV: the Envoy's id, how a text of the replica begins, the text
local said = redis.call('HGET', KEYS[1], ARGV[1])
if said and string.sub(said, 1, #ARGV[2]) ~= ARGV[2] then
  return {'OVERTAKEN'}
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {'SAID'}
