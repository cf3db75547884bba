-- Reads the whole registry at one revision; writes nothing.
-- KEYS: {mooring}:meta, {mooring}:rev, {mooring}:beats   ARGV: prefix of a server's key, a revision,
-- then the ids that the reader knows: somebody may have deleted the counters, which list the servers
-- incarnation, revision, tag, tag that the stream holds for the given revision ('' for none), oldest
-- revision in the stream (0 for none), revision to which a memory raised the registry (0 for none),
-- revision at which all was restored (0 for none), then id and hash in turns; the hash of a key of
-- another type is empty
local held = redis.call('HMGET', KEYS[1], 'incarnation', 'revision', 'tag', 'raised', 'restored')
local function number(text)
  return text and #text <= 15 and string.match(text, '^%d+$') or '0'
end
local past = ''
local entry = redis.call('XRANGE', KEYS[2], ARGV[2] .. '-0', ARGV[2] .. '-0')[1]
if entry then
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'tag' then
      past = entry[2][i + 1]
    end
  end
end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local oldest = first and string.match(first[1], '^%d+') or '0'
local whole = {held[1] or '', held[2] or '0', held[3] or '', past, oldest,
  number(held[4]), number(held[5])}
local function hash(server)
  local all = redis.pcall('HGETALL', server)
  return all.err and {} or all
end
local counted = {}
for _, id in ipairs(redis.call('HKEYS', KEYS[3])) do
  counted[id] = true
  whole[#whole + 1] = id
  whole[#whole + 1] = hash(ARGV[1] .. id)
end
for i = 3, #ARGV do
  local server = ARGV[1] .. ARGV[i]
  local state = not counted[ARGV[i]] and redis.pcall('HGET', server, 'state')
  if state and state ~= 'GONE' then
    whole[#whole + 1] = ARGV[i]
    whole[#whole + 1] = hash(server)
  end
end
return whole
