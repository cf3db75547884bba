-- A holder holds what it held. KEYS: for each room: room, sockets, holders, info, about.
-- ARGV: holder, its ttl (ms), the keys' ttl (ms); for each room, what its last turn must be
-- Answers, for each room, {1 if it is so, else 0, the holders that are silent…}, or {false, what went wrong}
local holder, keys_ttl = ARGV[1], ARGV[3]
local deadline = format('%d', now + tonumber(ARGV[2]))

local function refresh(k, turn)
  local sockets, about = KEYS[k + 1], KEYS[k + 4]
  local held = match(call('HGET', about, holder) or '', '^(%w+) %d+$')
  if held ~= turn or not call('ZSCORE', sockets, holder) then
    return silent(sockets, {0})
  end
  call('ZADD', sockets, deadline, holder)
  for i = k, k + 4 do
    call('PEXPIRE', KEYS[i], keys_ttl)
  end
  return silent(sockets, {1})
end

local answers = {}
for k = 1, #KEYS, 5 do
  local done, answer = pcall(refresh, k, ARGV[4 + #answers])
  answers[#answers + 1] = done and answer or {false, reason(answer)}
end
return answers
