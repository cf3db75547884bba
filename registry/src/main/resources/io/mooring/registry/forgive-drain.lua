-- HELD | OVERTAKEN
if redis.call('HEXISTS', server, 'drain') == 1 then
  return {'OVERTAKEN'}
end
redis.call('HDEL', server, 'drain_error')
return {'HELD'}
