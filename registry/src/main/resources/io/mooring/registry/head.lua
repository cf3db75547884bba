-- The head of every script that writes one server. Redis runs a script as one step.
-- KEYS: {mooring}:meta, :rev, :beats, :loads, :leader, :server:<id>
-- ARGV: the server's id, a random tag for the revision that this call may write, the leader's name and
-- its fence ('' in scripts that anybody may run), then the script's own
local meta, rev, beats, loads, leader, server = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id, tag = ARGV[1], ARGV[2]
local GONE_SECONDS = 86400
local REVISIONS_KEPT = 4096

-- The registry's life. A registry without one begins here; revisions of an earlier life mean nothing.
local function incarnation()
  local held = redis.call('HMGET', meta, 'incarnation', 'revision')
  if held[1] and tonumber(held[2]) then
    return held[1]
  end
  redis.call('DEL', rev)
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
  local newest, claimed = tonumber(held[2]) or 0, tonumber(claimed_generation)
  if newest >= claimed and held[1] ~= uid then
    return {'FENCED', string.format('%d', newest)}
  end
  if newest ~= claimed or held[3] == 'GONE'
      or redis.call('HGET', meta, 'incarnation') ~= claimed_incarnation then
    return {'EXPIRED'}
  end
  return nil
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
