-- ARGV: …, instance_uid, claimed generation (0: none), highest generation that the caller knows of,
-- service, '1' if what stands there cannot be read, then pairs of the description
-- ADMITTED incarnation, then the hash in pairs | FENCED generation | TAKEN service
local uid, claimed, floor, service = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local held = redis.call('HMGET', server, 'instance_uid', 'generation', 'state', 'service')
local newest, state = number(held[2]) or 0, held[3]
local same = held[1] == uid

if held[4] and held[4] ~= service then
  return {'TAKEN', held[4]}
end
-- A returning instance that somebody has overtaken must not overtake back.
if not same and claimed > 0 and (claimed <= newest or claimed < floor) then
  return {'FENCED', string.format('%d', math.max(newest, floor))}
end

local begun = incarnation()
local generation = math.max(newest, claimed)
if not same and claimed == 0 then
  generation = math.max(newest, floor) + 1
end
if not same or not state or state == 'GONE' or ARGV[9] == '1' then
  local request = same and redis.call('HGET', server, 'drain')
  local left = redis.call('HMGET', server, 'gone', 'load')
  state = 'WARMING'
  redis.call('DEL', server)
  redis.call('HDEL', loads, id)
  -- Silence did not call the drain off.
  if request then
    redis.call('HSET', server, 'drain', request)
  end
  if not same and left[1] then
    redis.call('HSET', server,
      'previous_generation', string.format('%d', newest), 'previous_gone', left[1], 'previous_load', left[2] or '')
  end
end

local description = {
  'service', service, 'instance_uid', uid, 'generation', string.format('%d', generation), 'state', state
}
for i = 10, #ARGV do
  description[#description + 1] = ARGV[i]
end
local changed = redis.call('HDEL', server, 'suspect') == 1
for i = 1, #description, 2 do
  changed = changed or redis.call('HGET', server, description[i]) ~= description[i + 1]
end
count()
if changed then
  redis.call('HSET', server, unpack(description))
  revise()
end
return {'ADMITTED', begun, unpack(redis.call('HGETALL', server))}
