-- The versions of rooms. KEYS: for each room: about, sockets
-- Answers, for each room, {} if it does not exist, {life, v, the holders that are silent…}, or {false, what
--   went wrong}
local function version(about, sockets)
  local life, v = unpack(call('HMGET', about, 'life', 'v'))
  return life and silent(sockets, {life, v}) or {}
end

local answers = {}
for k = 1, #KEYS, 2 do
  local done, answer = pcall(version, KEYS[k], KEYS[k + 1])
  answers[#answers + 1] = done and answer or {false, reason(answer)}
end
return answers
