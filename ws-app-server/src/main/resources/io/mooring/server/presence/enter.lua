-- A holder holds users in a room. KEYS: as room.lua says.
-- ARGV: holder, its ttl (ms), the keys' ttl (ms), what its turn must be, or '*', what its turn is then,
--   how many users it then holds, or '' if they are counted here, the name of a life that begins here;
--   then, for each user: user, info
-- Answers {1 if its turn was as it must be, else 0, the holders that are silent…}
local holder, ttl, keys_ttl, must, turn, exactly, name = unpack(ARGV, 1, 7)
if not life then
  begin(name)
end
local last, count = state(holder)
local fits = must == '*' or must == last
for a = 8, #ARGV, 2 do
  local user, info = ARGV[a], ARGV[a + 1]
  local list = call('HGET', HOLDERS, user)
  if not (list and without(list, holder)) then
    if list then
      call('HSET', HOLDERS, user, list .. ' ' .. holder)
    else
      call('HSET', HOLDERS, user, holder)
      if info ~= '' then
        call('HSET', INFO, user, info)
      end
      moves[#moves + 1] = '+' .. user .. ' ' .. #info .. '\n' .. info
    end
    call('HSET', ROOM, user, server(holder))
    count = count + 1
  end
end
call('ZADD', SOCKETS, format('%d', now + tonumber(ttl)), holder)
remember(holder, fits and turn or LOST, tonumber(exactly) or count)
publish()
keep(keys_ttl)
return silent(SOCKETS, {fits and 1 or 0})
