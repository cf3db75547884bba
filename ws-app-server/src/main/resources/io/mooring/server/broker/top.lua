-- The top of a log, which is begun if it does not exist.
-- KEYS: meta. ARGV: the epoch of a log that begins here.
-- Answers {epoch, off, tag}
local at = redis.call('HMGET', KEYS[1], 'epoch', 'off', 'tag')
if at[1] then
  return at
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'off', '0', 'tag', '0')
return {ARGV[1], '0', '0'}
