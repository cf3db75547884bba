-- A holder holds users. KEYS: for each user: presence, sockets. ARGV: holder, its ttl (ms)
-- Answers, for each user, {}, or {false, what went wrong}
local holder, ttl = ARGV[1], ARGV[2]
local name, deadline = server(holder), format('%d', now + tonumber(ttl))

local function online(presence, sockets)
  call('ZADD', sockets, deadline, holder)
  call('ZREMRANGEBYSCORE', sockets, '-inf', format('%d', now))
  call('PEXPIRE', sockets, ttl)
  -- Whoever spoke last is alive; so no dead one is named for longer than a refresh takes.
  call('SET', presence, name, 'PX', ttl)
end

local answers = {}
for k = 1, #KEYS, 2 do
  local done, failure = pcall(online, KEYS[k], KEYS[k + 1])
  answers[#answers + 1] = done and {} or {false, reason(failure)}
end
return answers
