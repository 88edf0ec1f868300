#!lua flags=allow-oom
-- Changes the protection of a zone, unless somebody else has; on only while the roll is settled. Publishes its start and end.
-- KEYS  1 protect  2 pulse  3 settled  4 events
-- ARGV  1 zone  2 version it was seen with, 0 for none  3 to: on, ended, off  4 retention, ms  5 gap, ms  6 settle after, ms
--       7 cap of the stream  8 why it ends  9 late  10 servers  11 longest protection, ms (on)
-- Returns 1 when it did, else 0
--@include clock
--@include pulse
--@include changes
--@include protection
local protectKey, zone, seenVersion, to = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local retention, gap, settleAfter, reason = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[8]

local now = clock()
local settled = pulse(KEYS[2], KEYS[3], now, gap, settleAfter, retention)
local publish = publisher(KEYS[4], ARGV[7], now)
local protection = readProtection(protectKey, zone)
local version = protection and protection.version or 0
local wasOn = protection ~= nil and protection.state == 'on'
if version ~= seenVersion then return 0 end

-- Never a version that an earlier protection of the zone had.
local nextVersion = math.max(version + 1, now)
local function write(state, counted, ends)
  redis.call('HSET', protectKey, zone, string.format('%.0f\t%s\t%.0f\t%s\t%s', nextVersion, state, now, counted, ends))
end

if to == 'on' then
  if wasOn or not settled then return 0 end
  local late, servers, longest = ARGV[9], ARGV[10], tonumber(ARGV[11])
  write('on', late .. '\t' .. servers, string.format('%.0f', now + longest))
  local kept = now + 2 * longest
  if redis.call('PEXPIRETIME', protectKey) < kept then redis.call('PEXPIREAT', protectKey, kept) end
  publish('protection.started', 'zone', zone, 'late', late, 'servers', servers)
  return 1
end
if not protection then return 0 end
if to == 'ended' then write('ended', protection.counted, protection.ends) else redis.call('HDEL', protectKey, zone) end
if wasOn then publish('protection.ended', 'zone', zone, 'reason', reason) end
return 1
