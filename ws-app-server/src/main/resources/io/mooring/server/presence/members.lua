-- Who is in a room. KEYS: about, sockets, holders, info
-- Answers {} if there is no room, else {life, v, {the holders that were heard of lately…}, {user, holders,
--   user, holders…}, {user, info…}}
local life, v = unpack(call('HMGET', KEYS[1], 'life', 'v'))
if not life then
  return {}
end
return {
  life, v,
  call('ZRANGEBYSCORE', KEYS[2], format('(%d', now), '+inf'),
  call('HGETALL', KEYS[3]),
  call('HGETALL', KEYS[4]),
}
