-- KEYS: {mooring}:server:<id> …   ARGV: their ids, in the same order
-- id and reason in turns, of those whose request for a drain was refused and still stands there
local errors = {}
for i, server in ipairs(KEYS) do
  local held = redis.pcall('HMGET', server, 'drain', 'drain_error')
  if held[1] and held[2] then
    errors[#errors + 1] = ARGV[i]
    errors[#errors + 1] = held[2]
  end
end
return errors
