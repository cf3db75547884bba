-- The tops of many logs, of which some are kept for another meta-ttl because they are in use.
-- KEYS: their metas; then, for each that is kept: meta, keys.
-- ARGV: how many tops; then, for each log that is kept, its meta-ttl (ms).
-- Answers, for each top: {epoch, off, tag}, {} if it does not exist, {error}
local answers = {}
local count = tonumber(ARGV[1])
for i = 1, count do
  local done, at = pcall(top, KEYS[i])
  if done then
    answers[i] = at and {at[1], at[2], at[3]} or {}
  else
    answers[i] = {type(at) == 'table' and at.err or tostring(at)}
  end
end
-- Where it fails, there is time for another try; the tops are the same.
for i = 2, #ARGV do
  local meta = count + 2 * (i - 2) + 1
  redis.pcall('PEXPIRE', KEYS[meta], ARGV[i], 'GT')
  redis.pcall('PEXPIRE', KEYS[meta + 1], ARGV[i], 'GT')
end
return answers
