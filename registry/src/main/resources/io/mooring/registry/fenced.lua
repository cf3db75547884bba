-- After the head, in every script that only the leader may run: one that was deposed changes nothing.
-- A registry that lost its leader, or remembers an older one, lets the newer one act.
local office = redis.call('HMGET', leader, 'holder', 'fence')
local newest_fence, claimed_fence = number(office[2]) or 0, tonumber(ARGV[4])
if newest_fence > claimed_fence or (newest_fence == claimed_fence and office[1] ~= ARGV[3]) then
  return {'DEPOSED'}
end
