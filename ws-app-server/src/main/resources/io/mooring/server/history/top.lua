-- The top of a log, which is begun if it does not exist.
-- KEYS: meta, log, keys. ARGV: the epoch of a log that begins here, meta-ttl (ms).
-- Answers {epoch, off, tag}
local at = begun(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
return {at[1], at[2], at[3]}
