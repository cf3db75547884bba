-- What follows an offset in a log, which is begun if it does not exist.
-- KEYS: meta, log, keys. ARGV: the epoch of a log that begins here, meta-ttl (ms), the offset, how
--   many entries at most, how many bytes of data at most
-- Answers {epoch, off, tag, how long the log is, the entries from the offset itself on}
local CHUNK = 50
local at = begun(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
local after, most, most_bytes = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local entries, found, bytes = {}, 0, 0
local from = string.format('%.0f-0', math.max(after, 1))
while true do
  local chunk = call('XRANGE', KEYS[2], from, '+', 'COUNT', CHUNK)
  for _, entry in ipairs(chunk) do
    if tonumber(string.match(entry[1], '^%d+')) ~= after then
      found, bytes = found + 1, bytes + #(entry[2][8] or '')
      if found > most or (bytes > most_bytes and found > 1) then
        return {at[1], at[2], at[3], call('XLEN', KEYS[2]), entries}
      end
    end
    entries[#entries + 1] = entry
  end
  if #chunk < CHUNK then
    return {at[1], at[2], at[3], call('XLEN', KEYS[2]), entries}
  end
  from = '(' .. chunk[#chunk][1]
end
