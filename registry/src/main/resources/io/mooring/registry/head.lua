-- The head of every script that writes one server. Redis runs a script as one step.
-- KEYS: {mooring}:meta, :rev, :beats, :loads, :leader, :server:<id>
-- ARGV: the server's id, a random tag for the revision that this call may write, the leader's name and
-- its fence ('' in scripts that anybody may run), then the script's own
local meta, rev, beats, loads, leader, server = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id, tag = ARGV[1], ARGV[2]
local GONE_SECONDS = 86400
local REVISIONS_KEPT = 4096

-- A key of another type is the work of some other hand, and holds nothing that is known: a heartbeat must
-- not fail for ever because of it.
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= (key == rev and 'stream' or 'hash') then
    redis.call('DEL', key)
  end
end

-- What a script can count with exactly; nothing for any other text.
local function number(text)
  return text and #text <= 15 and tonumber(string.match(text, '^%d+$')) or nil
end

-- The registry's life; false if it has none that could go on.
local function life()
  local held = redis.call('HMGET', meta, 'incarnation', 'revision')
  return number(held[2]) and held[1]
end

-- A registry without a life begins one here; revisions of an earlier one mean nothing.
local function incarnation()
  local held = life()
  if held then
    return held
  end
  redis.call('DEL', rev)
  redis.call('HDEL', meta, 'raised', 'restored')
  redis.call('HSET', meta, 'incarnation', tag, 'revision', 0, 'tag', tag)
  return tag
end

-- Writes the next revision into the stream. It names the tag before it, so that a rolled back Redis
-- shows.
local function append(revision, fields)
  local held = redis.call('HMGET', meta, 'incarnation', 'tag')
  local entry = {'XADD', rev, 'MAXLEN', '~', REVISIONS_KEPT, revision .. '-0',
    'incarnation', held[1], 'tag', tag, 'previous', held[2] or '', unpack(fields)}
  -- A stream that somebody wrote to by hand may stand higher: followers then read the whole.
  if type(redis.pcall(unpack(entry))) == 'table' then
    redis.call('DEL', rev)
    redis.call(unpack(entry))
  end
  redis.call('HSET', meta, 'revision', revision, 'tag', tag)
end

local function next_revision()
  return string.format('%d', tonumber(redis.call('HGET', meta, 'revision')) + 1)
end

-- An entry holds the server's whole hash, so that a follower reads nothing else.
local function revise()
  local revision = next_revision()
  redis.call('HSET', server, 'revision', revision)
  append(revision, {'id', id, unpack(redis.call('HGETALL', server))})
  return revision
end

-- Nothing when (incarnation, generation, instance_uid) is the claim that holds the id; else the answer.
local function refusal(claimed_incarnation, claimed_generation, uid)
  local held = redis.call('HMGET', server, 'instance_uid', 'generation', 'state')
  local newest, claimed = number(held[2]) or 0, tonumber(claimed_generation)
  if newest >= claimed and held[1] ~= uid then
    return {'FENCED', string.format('%d', newest)}
  end
  if newest ~= claimed or held[3] == 'GONE' or life() ~= claimed_incarnation then
    return {'EXPIRED'}
  end
  return nil
end

-- Counts a heartbeat; what some other hand wrote there is begun anew.
local function count()
  local counted = redis.pcall('HINCRBY', beats, id, 1)
  if type(counted) == 'number' then
    return counted
  end
  redis.call('HSET', beats, id, 1)
  return 1
end

local function forget_drain()
  redis.call('HDEL', server, 'drain', 'drain_id', 'drain_spec', 'drain_error', 'move')
end

-- The hash stays for a day: it holds the generation, what the server said last, and of a lapsed lease
-- the request for a drain, because the same instance may come back.
local function leave(reason)
  local request = reason == 'expired' and redis.call('HGET', server, 'drain')
  forget_drain()
  if request then
    redis.call('HSET', server, 'drain', request)
  end
  redis.call('HDEL', server, 'suspect')
  redis.call('HSET', server, 'state', 'GONE', 'gone', reason, 'load', redis.call('HGET', loads, id) or '')
  redis.call('HDEL', beats, id)
  redis.call('HDEL', loads, id)
  redis.call('EXPIRE', server, GONE_SECONDS)
  return revise()
end
