-- Says that everything that anybody remembered is written: what is still missing, is gone.
-- ARGV: …, revision of the memory, tag of the newest revision that the leader has read
-- RESTORED | OVERTAKEN
if (redis.call('HGET', meta, 'tag') or '') ~= ARGV[6] then
  return {'OVERTAKEN'}
end
raise(ARGV[5])
append(next_revision(), {'restored', '1'})
return {'RESTORED'}
