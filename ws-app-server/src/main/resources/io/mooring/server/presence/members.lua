-- Who is in a room. KEYS: about, sockets, holders, info. ARGV: the ttl of holders (ms)
-- Answers {} if there is no room, else {life, v, {the holders that were heard of lately, each with how long ago…}, {user, holders,
--   user, holders…}, {user, info…}}
local life, v = unpack(call('HMGET', KEYS[1], 'life', 'v'))
if not life then
  return {}
end
return {
  life, v,
  speaking(KEYS[2], ARGV[1]),
  call('HGETALL', KEYS[3]),
  call('HGETALL', KEYS[4]),
}
