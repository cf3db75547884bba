-- Before the scripts that write a process' memory back.
-- Whatever any process has seen of the lost revisions, what is written now stands above it: processes
-- lag behind each other by fewer revisions than this. That leaves a hole in the stream where the lost
-- revisions were; the caller writes the next one, lest a number stands without an entry.
local HEADROOM = 1000

local function raise(remembered)
  incarnation()
  if tonumber(redis.call('HGET', meta, 'revision')) < tonumber(remembered) then
    local raised = string.format('%d', tonumber(remembered) + HEADROOM)
    redis.call('HSET', meta, 'revision', raised, 'raised', raised)
  end
end
