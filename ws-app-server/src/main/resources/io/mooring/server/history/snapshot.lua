-- The newest entry of each key, or those that changed since a position, deleted ones among them.
-- KEYS: meta, log, keys. ARGV: the epoch of a log that begins here, meta-ttl (ms); then, if only what
--   changed since is wanted: epoch, off, tag
-- Answers {epoch, off, tag, 1 if it is complete, 1 if it is in full, key, value, key, value…}, where a
--   value is sixteen digits of its offset, a space, and its data.
local CHUNK = 100
-- Beyond so many entries of the log the whole is read faster than what changed.
local MOST_ENTRIES = 2000

local at = begun(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], 'whole')
local answer = {at[1], at[2], at[3], at[4] == at[1] and 1 or 0}

local function changed(epoch, off, tag)
  local top_off = tonumber(at[2])
  if epoch ~= at[1] or off > top_off or top_off - off > MOST_ENTRIES then
    return nil
  end
  if off == top_off then
    return tag == at[3] and {} or nil
  end
  if off == 0 and tag ~= '0' then
    return nil
  end
  local newest, next_off, first = {}, math.max(off, 1), true
  while next_off <= top_off do
    local chunk = call('XRANGE', KEYS[2], string.format('%.0f-0', next_off), '+', 'COUNT', CHUNK)
    if #chunk == 0 then
      return nil
    end
    for _, entry in ipairs(chunk) do
      local fields = entry[2]
      -- The next one says what was before it, should that be gone.
      if first and off > 0 and fields[10] == tag and entry[1] == string.format('%.0f-0', off + 1) then
        next_off = off + 1
      end
      first = false
      if entry[1] ~= string.format('%.0f-0', next_off) or #fields < 8 then
        return nil
      end
      if next_off == off then
        if fields[2] ~= tag then
          return nil
        end
      elseif fields[4] ~= '' then
        newest[fields[4]] = string.format('%016.0f ', next_off) .. fields[8]
      end
      next_off = next_off + 1
    end
  end
  return newest
end

local newest
if #ARGV > 2 then
  newest = changed(ARGV[3], tonumber(ARGV[4]), ARGV[5])
end
if newest then
  answer[5] = 0
  for key, value in pairs(newest) do
    answer[#answer + 1] = key
    answer[#answer + 1] = value
  end
else
  answer[5] = 1
  for _, text in ipairs(call('HGETALL', KEYS[3])) do
    answer[#answer + 1] = text
  end
end
return answer
