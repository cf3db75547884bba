-- The holders of rooms. KEYS: for each room: sockets. ARGV: their ttl (ms)
-- Answers, for each room, {{the holders that were heard of lately, each with how long ago…}, {those that are silent…}}, or {false,
--   what went wrong}
local function holders(sockets)
  return {speaking(sockets, ARGV[1]), silent(sockets, {})}
end

local answers = {}
for k = 1, #KEYS do
  local done, answer = pcall(holders, KEYS[k])
  answers[#answers + 1] = done and answer or {false, reason(answer)}
end
return answers
