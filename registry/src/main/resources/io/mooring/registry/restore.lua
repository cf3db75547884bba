-- Writes a server from a process' memory into a registry that came back empty or older. The server
-- keeps its revision: of several processes that remember it, the newest memory wins.
-- ARGV: …, revision of the memory, generation and revision of the server, '1' if what stands there
-- cannot be read, then pairs of the hash
-- RESTORED | OVERTAKEN, then the hash that stands there in pairs
local held = redis.call('HMGET', server, 'generation', 'revision', 'state')
local generation, revision = number(held[1]) or 0, number(held[2]) or 0
local unreadable = ARGV[8] == '1' and held[3] ~= 'GONE'
if generation > tonumber(ARGV[6])
    or (generation == tonumber(ARGV[6]) and revision >= tonumber(ARGV[7]) and not unreadable) then
  return {'OVERTAKEN', unpack(redis.call('HGETALL', server))}
end
raise(ARGV[5])
redis.call('DEL', server)
redis.call('HSET', server, unpack(ARGV, 9))
redis.call('HSETNX', beats, id, 0)
append(next_revision(), {'id', id, unpack(redis.call('HGETALL', server))})
return {'RESTORED'}
