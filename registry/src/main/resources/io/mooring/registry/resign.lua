-- ARGV: …, its fence
-- RESIGNED | DEPOSED
if fence ~= tonumber(ARGV[2]) or holder ~= name then
  return {'DEPOSED'}
end
redis.call('HSET', leader, 'holder', '')
return {'RESIGNED'}
