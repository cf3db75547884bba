-- KEYS: {mooring}:server:<id> …   ARGV: their ids, in the same order
-- id and text in turns, of those that have one
local requests = {}
for i, server in ipairs(KEYS) do
  local text = redis.call('HGET', server, 'drain')
  if text then
    requests[#requests + 1] = ARGV[i]
    requests[#requests + 1] = text
  end
end
return requests
