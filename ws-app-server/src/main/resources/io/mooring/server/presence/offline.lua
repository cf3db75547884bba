-- A holder holds users no more. KEYS: for each user: presence, sockets. ARGV: holder, the ttl of holders (ms)
-- Answers, for each user, the holders that are left, each with how long ago it was heard of, or {false, what went wrong}
local function offline(presence, sockets)
  call('ZREM', sockets, ARGV[1])
  call('ZREMRANGEBYSCORE', sockets, '-inf', format('%d', now))
  local left = call('ZRANGE', sockets, 0, -1)
  if #left == 0 then
    call('DEL', presence)
    return left
  end
  local named = call('GET', presence)
  for _, holder in ipairs(left) do
    if server(holder) == named then
      return speaking(sockets, ARGV[2])
    end
  end
  local last = left[#left]
  call('SET', presence, server(last), 'PXAT', format('%d', tonumber(call('ZSCORE', sockets, last))))
  return speaking(sockets, ARGV[2])
end

local answers = {}
for k = 1, #KEYS, 2 do
  local done, left = pcall(offline, KEYS[k], KEYS[k + 1])
  answers[#answers + 1] = done and left or {false, reason(left)}
end
return answers
