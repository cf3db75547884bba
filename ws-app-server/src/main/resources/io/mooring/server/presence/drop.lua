-- Takes some of its users from a holder that is dead. KEYS: as room.lua says.
-- ARGV: holder, for how long the fleet has known that it is dead (ms), or '' if it is so only because it
--   is silent, where to go on in the holders, how many of these to look at, about, the ttl of holders (ms)
-- Answers where to go on, '0' at the end
local holder = ARGV[1]
if not life then
  return '0'
end
local deadline = tonumber(call('ZSCORE', SOCKETS, holder) or '0')
-- Whoever has spoken since lives, whatever the fleet says.
if deadline > now and (ARGV[2] == '' or now + tonumber(ARGV[5]) - deadline < tonumber(ARGV[2])) then
  return '0'
end
local _, count = state(holder)
local found = call('HSCAN', HOLDERS, ARGV[3], 'COUNT', ARGV[4])
for i = 1, #found[2], 2 do
  if take(found[2][i], found[2][i + 1], holder) then
    count = count - 1
  end
end
local next_one = found[1]
-- If it lives after all, its next turn shows what was done to it.
remember(holder, LOST, next_one == '0' and 0 or math.max(count, 1))
publish()
return next_one
