-- A holder holds users. KEYS: for each user: presence, sockets. ARGV: holder, its ttl (ms)
-- Answers what went wrong, for some user each.
local holder, ttl = ARGV[1], ARGV[2]
local name, deadline = server(holder), format('%d', now + tonumber(ttl))
local answers = {}
for k = 1, #KEYS, 2 do
  local done, failure = pcall(function()
    call('ZADD', KEYS[k + 1], deadline, holder)
    call('ZREMRANGEBYSCORE', KEYS[k + 1], '-inf', format('%d', now))
    call('PEXPIRE', KEYS[k + 1], ttl)
    -- Whoever spoke last is alive; so no dead one is named for longer than a refresh takes.
    call('SET', KEYS[k], name, 'PX', ttl)
  end)
  if not done then
    answers[#answers + 1] = reason(failure)
  end
end
return answers
