-- Says that a log's keys are all there are. KEYS: meta. ARGV: what the epoch must be. Answers {1 or 0}
local at = top(KEYS[1])
if not at or at[1] ~= ARGV[1] then
  return {0}
end
call('HSET', KEYS[1], 'whole', ARGV[1])
return {1}
