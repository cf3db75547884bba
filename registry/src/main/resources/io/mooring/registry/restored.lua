-- Says that everything that memory held is written: what is still missing, is gone.
-- KEYS: {mooring}:meta, {mooring}:rev   ARGV: a random tag
local held = redis.call('HMGET', KEYS[1], 'incarnation', 'revision', 'tag')
local revision = string.format('%d', tonumber(held[2]) + 1)
redis.call('XADD', KEYS[2], revision .. '-0',
  'incarnation', held[1], 'tag', ARGV[1], 'previous', held[3] or '', 'restored', '1')
redis.call('HSET', KEYS[1], 'revision', revision, 'tag', ARGV[1])
return {'RESTORED'}
