-- Gives a log a new epoch. One that does not exist is begun.
-- KEYS: meta, log, keys. ARGV: the new epoch, meta-ttl (ms), what the epoch must be
-- Answers {epoch, off, tag}
-- A repeated publication is known by the epoch in which it was made, for a few minutes.
local MOST_FORMER = 8

local at = begun(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
if at[1] == ARGV[3] then
  local former = {at[1]}
  for epoch in string.gmatch(call('HGET', KEYS[1], 'former') or '', '%w+') do
    if #former < MOST_FORMER then
      former[#former + 1] = epoch
    end
  end
  call('HSET', KEYS[1], 'epoch', ARGV[1], 'former', table.concat(former, ' '))
  at[1] = ARGV[1]
end
return {at[1], at[2], at[3]}
