-- The leader says that it is there; also where it was forgotten, or an older one is remembered.
-- ARGV: …, its fence
-- BEATEN | DEPOSED holder fence
local mine = tonumber(ARGV[2])
if fence > mine or (fence == mine and holder ~= name) then
  return {'DEPOSED', holder, string.format('%d', fence)}
end
lead(ARGV[2])
return {'BEATEN'}
