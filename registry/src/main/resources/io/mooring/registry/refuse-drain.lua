-- ARGV: …, text that was refused, reason
-- HELD | OVERTAKEN
if redis.call('HGET', server, 'drain') ~= ARGV[5] then
  return {'OVERTAKEN'}
end
redis.call('HSET', server, 'drain_error', ARGV[6])
return {'HELD'}
