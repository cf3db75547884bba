-- Writes a server from a process' memory into a registry that came back empty or older. The server
-- keeps its revision: of several processes that remember it, the newest memory wins.
-- ARGV: …, revision of the memory, generation and revision of the server, then pairs of the hash
-- RESTORED | OVERTAKEN
local held = redis.call('HMGET', server, 'generation', 'revision')
local generation, revision = tonumber(held[1]) or 0, tonumber(held[2]) or 0
if generation > tonumber(ARGV[6])
    or (generation == tonumber(ARGV[6]) and revision >= tonumber(ARGV[7])) then
  return {'OVERTAKEN'}
end
raise(ARGV[5])
redis.call('DEL', server)
redis.call('HSET', server, unpack(ARGV, 8))
redis.call('HSETNX', beats, id, 0)
append(next_revision(), {'id', id, unpack(redis.call('HGETALL', server))})
return {'RESTORED'}
