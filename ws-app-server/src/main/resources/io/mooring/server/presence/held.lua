-- Some of the users that a holder holds in a room. KEYS: holders. ARGV: holder, where to go on, how many
--   to look at, about
-- Answers {where to go on, '0' at the end, users…}
local found = call('HSCAN', KEYS[1], ARGV[2], 'COUNT', ARGV[3])
local answer = {found[1]}
for i = 1, #found[2], 2 do
  if find(' ' .. found[2][i + 1] .. ' ', ' ' .. ARGV[1] .. ' ', 1, true) then
    answer[#answer + 1] = found[2][i]
  end
end
return answer
