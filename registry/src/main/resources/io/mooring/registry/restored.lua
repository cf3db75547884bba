-- Says that everything that anybody remembered is written: what is still missing, is gone.
-- ARGV: …, revision of the memory, tag of the newest revision that the leader has read
-- RESTORED | OVERTAKEN
if (redis.call('HGET', meta, 'tag') or '') ~= ARGV[6] then
  return {'OVERTAKEN'}
end
raise(ARGV[5])
-- Who was too far behind to read this in the stream finds it with the whole.
local revision = next_revision()
append(revision, {'restored', '1'})
redis.call('HSET', meta, 'restored', revision)
return {'RESTORED'}
