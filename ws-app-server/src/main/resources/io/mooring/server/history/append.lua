-- Appends a batch of publications to their logs and publishes each; a failure of one touches no other.
-- KEYS: writer; for each channel: log, meta, keys, live; then, for each of its publications that has
--   a dedupe, once.
-- ARGV: the batch's number; the epoch of a log that begins here; for each retention: size, ttl (ms),
--   meta-ttl (ms), most keys, most bytes of them, how many channels; for each of those: how many
--   publications; then for each of these: tag, key, from, data, the lengths of the last three in bytes,
--   1 if it has a dedupe, else nothing.
-- Answers with a line for each publication, in order: '= epoch off tag', 'full reason' or
--   'failed reason'. A batch that was made before gets the same answer again, and one that is older
--   than the writer's last gets 'stale'; neither does anything.
-- Offsets are written by '%d', which is exact as far as '%.0f' is, and takes a tenth of the time.

-- An hour is longer than TCP may hold back what an earlier connection was given to send.
local WRITER_SECONDS = 3600
local ONCE_SECONDS = 300
local OFF_DIGITS = 17
local SLACK = 16
-- A log is cut by whole nodes of 4 KiB, and so many short entries are no longer than one.
local TRIM = 16
local SHORT = 256

local KEYS, ARGV, unpack = KEYS, ARGV, unpack
local concat, format = table.concat, string.format

local number = tonumber(ARGV[1])
local last = redis.call('GET', KEYS[1])
if last then
  local line = find(last, '\n', 1, true)
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
  return find(' ' .. former .. ' ', ' ' .. epoch .. ' ', 1, true)
end

-- Where this publication was appended before, if it was.
local function repeated(channel, once)
  local before = call('GET', once) or ''
  local epoch, off, tag = string.match(before, '^(%w+) (%d+) (%d+)$')
  if whole(off) and whole(tag) and tonumber(off) <= channel.off
      and (epoch == channel.epoch or was(channel.meta, epoch)) then
    return channel.epoch .. string.sub(before, #epoch + 1)
  end
end

-- Answers how long keys and data of the snapshot are with this value, or why it cannot hold it.
local function measured(channel, retention, key, data)
  channel.bytes = channel.bytes or tonumber(call('HGET', channel.meta, 'bytes')) or 0
  local bytes, deletes = channel.bytes, data == 'null'
  local held = call('HSTRLEN', channel.keys, key)
  if held > 0 then
    bytes = bytes - #key - (held - OFF_DIGITS)
  elseif not deletes then
    local count = call('HLEN', channel.keys)
    if count == 0 then
      bytes = 0
    end
    if count >= retention.most_keys then
      return nil, 'full the snapshot holds ' .. count .. ' keys, and may hold ' .. retention.most_keys
    end
  end
  if not deletes then
    bytes = bytes + #key + #data
    if bytes > channel.bytes and bytes > retention.most_bytes then
      return nil,
        'full the snapshot would hold ' .. bytes .. ' bytes, and may hold ' .. retention.most_bytes
    end
  end
  return math.max(bytes, 0)
end

-- All that can fail comes before the first write, which is the log's entry; what follows it cannot.
local function append(channel, retention, tag, key, from, data, lengths, once)
  local before = once and repeated(channel, once)
  if before then
    return '= ' .. before
  end
  local bytes, full
  if key ~= '' then
    bytes, full = measured(channel, retention, key, data)
    if full then
      return full
    end
  end

  local off = format('%d', channel.off + 1)
  if channel.off % TRIM == 0 or #data > SHORT then
    call('XADD', channel.log, 'MAXLEN', '~', retention.size, off .. '-0',
      'tag', tag, 'key', key, 'from', from, 'data', data, 'prev', channel.tag)
  else
    call('XADD', channel.log, off .. '-0',
      'tag', tag, 'key', key, 'from', from, 'data', data, 'prev', channel.tag)
  end
  if key ~= '' then
    if data == 'null' then
      call('HDEL', channel.keys, key)
    else
      call('HSET', channel.keys, key, format('%016d ', channel.off + 1) .. data)
    end
    channel.keyed, channel.bytes = true, bytes
  end
  local position = channel.epoch .. ' ' .. off .. ' ' .. tag
  channel.live[#channel.live + 1] =
    position .. ' ' .. channel.tag .. ' ' .. lengths .. '\n' .. key .. from .. data
  channel.off, channel.tag, channel.written = channel.off + 1, tag, off
  if once then
    call('SET', once, position, 'EX', ONCE_SECONDS)
  end
  return '= ' .. position
end

local function expire(key, millis)
  ask('PEXPIRE', key, format('%d', millis))
end

-- Writes down where the log ends now, and its deadlines: these somewhat later than they must be, so
-- that a busy channel need not at every batch.
local function keep(channel, retention)
  ask('HSET', channel.meta, 'off', channel.written, 'tag', channel.tag)
  local due = redis.call('PTTL', channel.log) < retention.ttl
  if due then
    expire(channel.log, retention.ttl + retention.slack)
    expire(channel.meta, retention.meta_ttl + retention.slack)
  end
  if channel.keyed then
    ask('HSET', channel.meta, 'bytes', format('%d', channel.bytes))
  end
  if due or channel.keyed then
    expire(channel.keys, retention.meta_ttl + retention.slack)
  end
end

local answers = {}
local k, a = 1, 2

-- Appends the publications to one channel that come next.
local function take(retention)
  local log, meta, keys, live = KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
  k = k + 4
  local there, at = pcall(begun, meta, log, keys, ARGV[2], retention.meta_ttl)
  local channel = there and {
    log = log, meta = meta, keys = keys, live = {}, epoch = at[1], off = tonumber(at[2]), tag = at[3],
  }
  a = a + 1
  for _ = 1, tonumber(ARGV[a]) do
    local tag, key, from, data = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]
    local lengths, once = ARGV[a + 5], nil
    if ARGV[a + 6] ~= '' then
      k = k + 1
      once = KEYS[k]
    end
    a = a + 6
    local made, answer = there, at
    if there then
      made, answer = pcall(append, channel, retention, tag, key, from, data, lengths, once)
    end
    answers[#answers + 1] = made and answer or 'failed ' .. reason(answer)
  end
  if there and channel.written then
    keep(channel, retention)
    -- If nobody may publish there, the log has it all the same.
    ask('SPUBLISH', live, concat(channel.live))
  end
end

while a < #ARGV do
  local size, ttl, meta_ttl, most_keys, most_bytes, channels = unpack(ARGV, a + 1, a + 6)
  a = a + 6
  local retention = {
    size = size, ttl = tonumber(ttl), meta_ttl = tonumber(meta_ttl),
    most_keys = tonumber(most_keys), most_bytes = tonumber(most_bytes),
  }
  retention.slack = math.floor(retention.ttl / SLACK)
  for _ = 1, tonumber(channels) do
    take(retention)
  end
end

local answer = concat(answers, '\n')
-- Where this fails, nothing was written at all.
ask('SET', KEYS[1], ARGV[1] .. '\n' .. answer, 'EX', WRITER_SECONDS)
return answer
