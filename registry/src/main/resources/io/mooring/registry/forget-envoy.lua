-- KEYS: {mooring}:envoys   ARGV: the Envoy's id, the text that stood there too long
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return {'FORGOTTEN'}
end
return {'OVERTAKEN'}
