-- A holder holds users in a room no more. KEYS: as room.lua says.
-- ARGV: holder, what its turn must be, or '*', what its turn is then; the users
-- Answers {1 if its turn was as it must be, else 0, the holders that are silent…}
local holder, must, turn = ARGV[1], ARGV[2], ARGV[3]
local last, count = state(holder)
local fits = must == '*' or must == last
if life then
  for a = 4, #ARGV do
    if take(ARGV[a], call('HGET', HOLDERS, ARGV[a]) or '', holder) then
      count = count - 1
    end
  end
  remember(holder, fits and turn or LOST, count)
  publish()
end
return silent(SOCKETS, {fits and 1 or 0})
