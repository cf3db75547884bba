-- Before every script here: what a log's meta says. An error of a command names its key.
-- Globals have locals, as they are looked up in two tables each time.
local ask, find, type, tonumber, error, pcall = redis.pcall, string.find, type, tonumber, error, pcall

local function call(command, key, ...)
  local answer = ask(command, key, ...)
  if type(answer) == 'table' and answer.err then
    error({err = 'ERR ' .. key .. ': ' .. answer.err})
  end
  return answer
end

local function whole(text)
  return text and find(text, '^%d+$') and #text <= 15
end

-- Answers {epoch, off, tag, and the other fields asked for}, or nothing if there is no log.
local function top(meta, ...)
  local at = call('HMGET', meta, 'epoch', 'off', 'tag', ...)
  if not at[1] then
    return nil
  end
  if at[1] == '' or find(at[1], '[^%w]') or not (whole(at[2]) and whole(at[3])) then
    error({err = 'ERR ' .. meta .. ': no epoch, off and tag of a log'})
  end
  return at
end

-- The same, of a log that is begun if there is none. What an older life left behind goes.
local function begun(meta, log, keys, epoch, meta_ttl, ...)
  local at = top(meta, ...)
  if at then
    return at
  end
  call('HSET', meta, 'epoch', epoch, 'off', '0', 'tag', '0', 'bytes', '0')
  call('PEXPIRE', meta, meta_ttl)
  call('UNLINK', log)
  call('UNLINK', keys)
  return {epoch, '0', '0'}
end
