-- Before every script here: what a log's meta says. An error of a command names its key.
local function call(command, key, ...)
  local answer = redis.pcall(command, key, ...)
  if type(answer) == 'table' and answer.err then
    error({err = 'ERR ' .. key .. ': ' .. answer.err})
  end
  return answer
end

local function whole(text)
  return text and string.find(text, '^%d+$') and #text <= 15
end

-- Answers {epoch, off, tag, bytes, whole}, or nothing if there is no log.
local function top(meta)
  local at = call('HMGET', meta, 'epoch', 'off', 'tag', 'bytes', 'whole')
  if not at[1] then
    return nil
  end
  if at[1] == '' or string.find(at[1], '[^%w]') or not (whole(at[2]) and whole(at[3])) then
    error({err = 'ERR ' .. meta .. ': no epoch, off and tag of a log'})
  end
  return at
end

-- The same, of a log that is begun if there is none. What an older life left behind goes.
local function begun(meta, log, keys, epoch, meta_ttl)
  local at = top(meta)
  if at then
    return at
  end
  call('HSET', meta, 'epoch', epoch, 'off', '0', 'tag', '0', 'bytes', '0')
  call('PEXPIRE', meta, meta_ttl)
  call('UNLINK', log)
  call('UNLINK', keys)
  return {epoch, '0', '0', '0', false}
end

