-- Before every script that changes a room. KEYS: room, sockets, holders, info, about, moves
local ROOM, SOCKETS, HOLDERS, INFO, ABOUT, MOVES = unpack(KEYS, 1, 6)

-- Of a holder's turn: it is not known what became of it.
local LOST = 'x'

local life, before = unpack(call('HMGET', ABOUT, 'life', 'v'))
before = tonumber(before) or 0
local moves = {}

-- Begins a life. What an older one left behind goes.
local function begin(name)
  life, before = name, 0
  call('UNLINK', ABOUT, ROOM, SOCKETS, HOLDERS, INFO)
  call('HSET', ABOUT, 'life', life, 'v', '0')
end

-- Answers the last turn of a holder, '0' if it holds nobody, and how many users it holds.
local function state(holder)
  local turn, count = match(call('HGET', ABOUT, holder) or '', '^(%w+) (%d+)$')
  return turn or '0', tonumber(count) or 0
end

local function remember(holder, turn, count)
  if count > 0 then
    call('HSET', ABOUT, holder, turn .. ' ' .. format('%d', count))
  else
    call('HDEL', ABOUT, holder)
    call('ZREM', SOCKETS, holder)
  end
end

-- Answers the list without the holder, or nothing if it is not in it.
local function without(list, holder)
  local others, found = {}, false
  for one in string.gmatch(list, '%S+') do
    if one == holder then
      found = true
    else
      others[#others + 1] = one
    end
  end
  if found then
    return others
  end
end

-- Takes a user away from a holder; answers whether it had it.
local function take(user, list, holder)
  local others = without(list, holder)
  if not others then
    return false
  end
  if #others > 0 then
    call('HSET', HOLDERS, user, table.concat(others, ' '))
    call('HSET', ROOM, user, server(others[#others]))
  else
    call('HDEL', HOLDERS, user)
    call('HDEL', ROOM, user)
    call('HDEL', INFO, user)
    moves[#moves + 1] = '-' .. user .. '\n'
  end
  return true
end

-- Publishes what has moved. If nobody may publish there, the versions show it all the same.
local function publish()
  if #moves > 0 then
    call('HSET', ABOUT, 'v', format('%d', before + #moves))
    ask('SPUBLISH', MOVES, life .. ' ' .. format('%d', before) .. '\n' .. table.concat(moves))
  end
end

local function keep(millis)
  for k = 1, 5 do
    ask('PEXPIRE', KEYS[k], millis)
  end
end
