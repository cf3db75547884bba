-- KEYS: {mooring}:server:<id> …   ARGV: their ids, in the same order
-- id and text in turns, of those that have one; a key of another type has none, and holds up nobody
local requests = {}
for i, server in ipairs(KEYS) do
  local text = redis.pcall('HGET', server, 'drain')
  if type(text) == 'string' then
    requests[#requests + 1] = ARGV[i]
    requests[#requests + 1] = text
  end
end
return requests
