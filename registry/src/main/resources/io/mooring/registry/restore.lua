-- Writes a server from a process' memory into a registry that came back empty or older.
-- ARGV: …, revision of the memory, generation, then pairs of the hash
-- RESTORED | OVERTAKEN
incarnation()
if tonumber(redis.call('HGET', meta, 'revision')) < tonumber(ARGV[3]) then
  redis.call('HSET', meta, 'revision', ARGV[3])
end
if (tonumber(redis.call('HGET', server, 'generation')) or 0) >= tonumber(ARGV[4]) then
  return {'OVERTAKEN'}
end
redis.call('DEL', server)
redis.call('HSET', server, unpack(ARGV, 5))
redis.call('HSETNX', beats, id, 0)
revise()
return {'RESTORED'}
