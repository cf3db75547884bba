-- A holder holds users no more. KEYS: for each user: presence, sockets. ARGV: holder
-- Answers, for each user, the holders that are left, or {false, what went wrong}
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
      return left
    end
  end
  local last = left[#left]
  call('SET', presence, server(last), 'PXAT', format('%d', tonumber(call('ZSCORE', sockets, last))))
  return left
end

local answers = {}
for k = 1, #KEYS, 2 do
  local done, left = pcall(offline, KEYS[k], KEYS[k + 1])
  answers[#answers + 1] = done and left or {false, reason(left)}
end
return answers
