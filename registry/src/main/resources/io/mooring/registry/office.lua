-- The head of the scripts by which replicas agree on a leader.
-- KEYS: {mooring}:leader   ARGV: the replica's name, then the script's own
local leader, name = KEYS[1], ARGV[1]
-- A key of another type is the work of some other hand, and names nobody.
local kind = redis.call('TYPE', leader).ok
if kind ~= 'none' and kind ~= 'hash' then
  redis.call('DEL', leader)
end
local held = redis.call('HMGET', leader, 'holder', 'fence', 'beat')
-- What a script cannot count with exactly counts as none, like for those who read it.
local text = held[2] or ''
local number = #text <= 15 and string.match(text, '^%d+$')
local holder, fence, beat = held[1] or '', tonumber(number) or 0, held[3] or ''

local function lead(number)
  redis.call('HSET', leader, 'holder', name, 'fence', number,
    'beat', string.format('%d', (tonumber(beat) or 0) + 1))
end
