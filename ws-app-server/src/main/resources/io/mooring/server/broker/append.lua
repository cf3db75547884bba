-- Appends publications to logs of one partition and publishes each; a failure of one touches no other.
-- KEYS, for each publication: meta, live
-- ARGV: the epoch of a log that begins here; then for each publication: tag, key, from, data
-- Answers, for each publication: {'appended' | 'repeated', epoch, off, tag, previous tag} or {'failed', reason}
local function append(meta, live, tag, key, from, data)
  local at = redis.call('HMGET', meta, 'epoch', 'off', 'tag')
  local epoch, off, top = at[1] or ARGV[1], at[2] or '0', at[3] or '0'
  if top == tag then
    return {'repeated', epoch, off, tag, '0'}
  end
  off = string.format('%.0f', off + 1)
  redis.call('HSET', meta, 'epoch', epoch, 'off', off, 'tag', tag)
  redis.call('SPUBLISH', live,
    table.concat({epoch, off, tag, top, #key, #from, #data}, ' ') .. '\n' .. key .. from .. data)
  return {'appended', epoch, off, tag, top}
end

local answers = {}
for i = 1, #KEYS / 2 do
  local done, answer = pcall(append, KEYS[2 * i - 1], KEYS[2 * i], unpack(ARGV, 4 * i - 2, 4 * i + 1))
  if not done then
    answer = {'failed', type(answer) == 'table' and answer.err or tostring(answer)}
  end
  answers[i] = answer
end
return answers
