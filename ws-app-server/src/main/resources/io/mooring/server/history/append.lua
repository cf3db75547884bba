-- Appends a batch of publications to their logs and publishes each; a failure of one touches no other.
-- KEYS: writer; for each channel: log, meta, keys, live; then, for each of its publications that has
--   a dedupe, once.
-- ARGV: the batch's number; the epoch of a log that begins here; for each channel: size, ttl (ms),
--   meta-ttl (ms), most keys, most bytes of them, how many publications; then for each of those: tag,
--   key, from, data, 1 if it has a dedupe, else nothing.
-- Answers with a line for each publication, in order: '= epoch off tag', 'full reason' or
--   'failed reason'. A batch that was made before gets the same answer again, and one that is older
--   than the writer's last gets 'stale'; neither does anything.

-- An hour is longer than TCP may hold back what an earlier connection was given to send.
local WRITER_SECONDS = 3600
local ONCE_SECONDS = 300
local OFF_DIGITS = 17
local SLACK = 16

local number = tonumber(ARGV[1])
local last = redis.call('GET', KEYS[1])
if last then
  local line = string.find(last, '\n', 1, true)
  local made = line and tonumber(string.sub(last, 1, line - 1))
  if not made then
    return redis.error_reply('ERR ' .. KEYS[1] .. ': no batch of a writer')
  end
  if made == number then
    return string.sub(last, line + 1)
  end
  if made > number then
    return 'stale'
  end
end

local function reason(failure)
  local text = type(failure) == 'table' and failure.err or tostring(failure)
  return (string.gsub(text, '[\r\n]', ' '))
end

-- Whether this log had that epoch before: where it was renewed, offsets and tags stayed.
local function was(meta, epoch)
  local former = call('HGET', meta, 'former') or ''
  return string.find(' ' .. former .. ' ', ' ' .. epoch .. ' ', 1, true)
end

-- All that can fail comes before the first write, which is the log's entry; what follows it cannot.
local function append(channel, tag, key, from, data, once)
  local at, off = channel.at, string.format('%.0f', channel.off + 1)
  if once then
    local before = call('GET', once) or ''
    local epoch, first, mark = string.match(before, '^(%w+) (%d+) (%d+)$')
    if whole(first) and whole(mark) and tonumber(first) <= channel.off
        and (epoch == at[1] or was(channel.meta, epoch)) then
      return '= ' .. at[1] .. string.sub(before, #epoch + 1)
    end
  end

  local bytes, deletes = channel.bytes, data == 'null'
  if key ~= '' then
    local held = call('HSTRLEN', channel.keys, key)
    if held > 0 then
      bytes = bytes - #key - (held - OFF_DIGITS)
    elseif not deletes then
      local count = call('HLEN', channel.keys)
      if count == 0 then
        bytes = 0
      end
      if count >= channel.most_keys then
        return 'full the snapshot holds ' .. count .. ' keys, and may hold ' .. channel.most_keys
      end
    end
    if not deletes then
      bytes = bytes + #key + #data
      if bytes > channel.bytes and bytes > channel.most_bytes then
        return 'full the snapshot would hold ' .. bytes .. ' bytes, and may hold ' .. channel.most_bytes
      end
    end
  end

  call('XADD', channel.log, 'MAXLEN', '~', channel.size, off .. '-0',
    'tag', tag, 'key', key, 'from', from, 'data', data, 'prev', channel.tag)
  if key ~= '' then
    if deletes then
      call('HDEL', channel.keys, key)
    else
      call('HSET', channel.keys, key, string.format('%016.0f ', channel.off + 1) .. data)
    end
    channel.keyed = true
  end
  channel.live[#channel.live + 1] = table.concat(
    {at[1], off, tag, channel.tag, #key, #from, #data}, ' ') .. '\n' .. key .. from .. data
  channel.off, channel.tag, channel.bytes = channel.off + 1, tag, math.max(bytes, 0)
  local position = at[1] .. ' ' .. off .. ' ' .. tag
  if once then
    call('SET', once, position, 'EX', ONCE_SECONDS)
  end
  return '= ' .. position
end

-- Sets the deadlines somewhat later than they must be, so that a busy channel need not at every batch.
local function keep(channel, ttl, meta_ttl)
  local slack = math.floor(tonumber(ttl) / SLACK)
  local function expire(key, millis)
    redis.pcall('PEXPIRE', key, string.format('%.0f', tonumber(millis) + slack))
  end
  local due = redis.call('PTTL', channel.log) < tonumber(ttl)
  if due then
    expire(channel.log, ttl)
    expire(channel.meta, meta_ttl)
  end
  if channel.keyed or (due and channel.bytes > 0) then
    expire(channel.keys, meta_ttl)
  end
end

local answers = {}
local k, a = 1, 2
while a < #ARGV do
  local channel = {
    log = KEYS[k + 1], meta = KEYS[k + 2], keys = KEYS[k + 3],
    size = ARGV[a + 1], most_keys = tonumber(ARGV[a + 4]), most_bytes = tonumber(ARGV[a + 5]),
    live = {},
  }
  local live, ttl, meta_ttl, count = KEYS[k + 4], ARGV[a + 2], ARGV[a + 3], tonumber(ARGV[a + 6])
  k, a = k + 4, a + 6
  local there, at = pcall(begun, channel.meta, channel.log, channel.keys, ARGV[2], meta_ttl)
  if there then
    channel.at, channel.off, channel.tag = at, tonumber(at[2]), at[3]
    channel.bytes = tonumber(at[4]) or 0
  end
  for _ = 1, count do
    local once
    if ARGV[a + 5] ~= '' then
      k = k + 1
      once = KEYS[k]
    end
    local made, answer = there, at
    if there then
      made, answer = pcall(append, channel, ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], once)
    end
    answers[#answers + 1] = made and answer or 'failed ' .. reason(answer)
    a = a + 5
  end
  if #channel.live > 0 then
    redis.pcall('HSET', channel.meta, 'off', string.format('%.0f', channel.off), 'tag', channel.tag,
      'bytes', string.format('%.0f', channel.bytes))
    keep(channel, ttl, meta_ttl)
    -- If nobody may publish there, the log has it all the same.
    redis.pcall('SPUBLISH', live, table.concat(channel.live))
  end
end

local answer = table.concat(answers, '\n')
-- Where this fails, nothing was written at all.
redis.pcall('SET', KEYS[1], ARGV[1] .. '\n' .. answer, 'EX', WRITER_SECONDS)
return answer
