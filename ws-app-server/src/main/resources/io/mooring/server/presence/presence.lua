-- Before every script here. An error of a command names its key.
local ask, type, tonumber, error, pcall = redis.pcall, type, tonumber, error, pcall
local find, match, format = string.find, string.match, string.format

local function call(command, key, ...)
  local answer = ask(command, key, ...)
  if type(answer) == 'table' and answer.err then
    error({err = 'ERR ' .. key .. ': ' .. answer.err})
  end
  return answer
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function server(holder)
  return match(holder, '^(.*)@') or holder
end

local function reason(failure)
  return type(failure) == 'table' and failure.err or tostring(failure)
end

-- The holders that were heard of lately, each followed by how long ago that was (ms).
local function speaking(sockets, ttl)
  local answer = {}
  local found = call('ZRANGEBYSCORE', sockets, format('(%d', now), '+inf', 'WITHSCORES')
  for i = 1, #found, 2 do
    answer[i], answer[i + 1] = found[i], now + tonumber(ttl) - tonumber(found[i + 1])
  end
  return answer
end

-- The holders of whom nothing was heard for too long; whoever gets them drops them.
local function silent(sockets, answer)
  for _, holder in ipairs(call('ZRANGEBYSCORE', sockets, '-inf', format('%d', now))) do
    answer[#answer + 1] = holder
  end
  return answer
end
