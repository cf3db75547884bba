-- Takes the leadership from a leader that was last seen with this beat, if nothing has changed since.
-- ARGV: …, holder, fence, beat that were seen, each as it stands there ('' for none), highest fence
-- that the replica knows of
-- TAKEN fence | OVERTAKEN
if holder ~= ARGV[2] or (held[2] or '') ~= ARGV[3] or beat ~= ARGV[4] then
  return {'OVERTAKEN'}
end
local mine = string.format('%d', math.max(fence, tonumber(ARGV[5])) + 1)
lead(mine)
return {'TAKEN', mine}
