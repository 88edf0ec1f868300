#!lua flags=no-writes
-- What a survey begins with, of one moment. Who is late is read after it, in pages (survey.operation.ts).
-- KEYS  1 due  2 settled  3 held  4 leaving  5 zones  6 replaced  7 protect  8 pulse
-- ARGV  1 lease, ms  2 late after, ms  3 zones do not matter while fewer are late, and nobody is protected
--       4 gap, ms  5 heard after, ms
-- Returns {now, heard (1 or 0), settled (1 or 0), servers, how many may be late, {zone, protection, …}, {leaving server, …},
--   whether anybody is replaced (1 or 0), and has a zone (1 or 0), {zone, servers, …} if zones matter}
--@include clock
--@include written
local dueKey, settledKey, heldKey, leavingKey, zonesKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local replacedKey, protectKey, pulseKey = KEYS[6], KEYS[7], KEYS[8]
local lease, lateAfter, serversMin = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local now = clock()
local fresh = now + lease - lateAfter
local suspects = redis.call('ZCARD', heldKey) + redis.call('ZCOUNT', dueKey, '-inf', fresh)
local protections = redis.call('HGETALL', protectKey)

local zones = {}
if suspects >= serversMin or #protections > 0 then
  local servers = {}
  for _, zone in ipairs(redis.call('HVALS', zonesKey)) do servers[zone] = (servers[zone] or 0) + 1 end
  for zone, count in pairs(servers) do
    zones[#zones + 1] = zone
    zones[#zones + 1] = count
  end
end

local since, last = written(pulseKey, now, tonumber(ARGV[4]))
local isHeard = since and last - since >= tonumber(ARGV[5])
return {
  now, isHeard and 1 or 0, redis.call('EXISTS', settledKey), redis.call('ZCARD', dueKey), suspects, protections,
  redis.call('ZRANGE', leavingKey, 0, -1), redis.call('EXISTS', replacedKey), redis.call('EXISTS', zonesKey), zones
}
