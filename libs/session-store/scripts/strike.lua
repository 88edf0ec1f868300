#!lua flags=allow-oom
-- Strikes a server off the roll: leaves a tombstone with the fence, withdraws its sessions, publishes what it did.
-- KEYS  1–12 as include/keys.lua  13 protect  14 releases  15… of each session (include/changes.lua)
-- ARGV  1 server  2, 3 boot and sequence of the record it was decided on (0, 0: there was none)
--       4 why: operator, withdrawn (by the agent), lapsed (re-checked here), or the end of a hold (re-checked here): dead,
--         hold-expired, replaced  5, 6 boot and sequence to leave behind
--       7 lease, ms  8 retention, ms  9 gap, ms  10 settle after, ms  11 cap of the stream
--       12 interval, ms, and 13 share of the roll that is released within one at most, under protection
--       14 reconciler, and 15 whether the death is confirmed, 1 or 0 (dead)  16 late after, ms (replaced)
--       17 judged after, ms (lapsed)  18… sessions, as changes
-- Returns {'struck', sessions} | {'renewed'}: a report came in between, or (a release) its lease still runs, and wins
--       | {'unsettled'} | {'gone'}
--       | {'vouched'}: a reconciler's last probe was good, for dead another's | {'protected'} | {'paced'}
--       | for withdrawn also {'superseded', boot} | {'outdated', sequence} | {'already'}
--@include keys
--@include clock
--@include pulse
--@include record
--@include changes
--@include claims
--@include places
--@include protection
--@include verdicts
local protectKey, releasesKey = KEYS[13], KEYS[14]
local server, seenBoot, seenSequence, why = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local boot, sequence, lease, retention = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local gap, settleAfter, cap = tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11]
local interval, releaseShare, by, confirmed = tonumber(ARGV[12]), tonumber(ARGV[13]), ARGV[14], ARGV[15] == '1'
local lateAfter, judgedAfter = tonumber(ARGV[16]), tonumber(ARGV[17])
local releases = why == 'dead' or why == 'hold-expired' or why == 'replaced'

local now = clock()
local settled, writtenFor = pulse(keys.pulse, keys.settled, now, gap, settleAfter, retention)
if releases and not settled or why == 'lapsed' and writtenFor < judgedAfter then return { 'unsettled' } end

local stored = redis.call('GETRANGE', keys.record, 0, 399)
local record = readHeader(stored)
local refused = why == 'withdrawn' and refusal(record, boot, sequence)
if refused then return refused end
local leaseEnd = redis.call('ZSCORE', keys.due, server)
if not leaseEnd and why ~= 'withdrawn' then return { 'gone' } end
local found = record or { boot = 0, sequence = 0 }
if found.boot ~= seenBoot or found.sequence ~= seenSequence then return { 'renewed' } end
if why == 'lapsed' and (tonumber(leaseEnd) > now or redis.call('EXISTS', keys.answer) == 1) then return { 'renewed' } end
if releases and (found.state == 'A' or not redis.call('ZSCORE', keys.held, server)) then return { 'renewed' } end
if releases and now - found.reportedAt < lease then return { 'renewed' } end
if why == 'replaced' then
  local place = placeIn(stored)
  if not place or not isReplaced(keys, server, place, now + lease - lateAfter) then return { 'renewed' } end
end

if why == 'dead' then redis.call('HDEL', keys.verdicts, by) end
if (why == 'dead' or why == 'lapsed') and isVouchedFor(keys.verdicts, now) then return { 'vouched' } end
local protected = isProtected(protectKey, redis.call('HGET', keys.zones, server) or '', now)
if protected and why == 'lapsed' and not redis.call('ZSCORE', keys.leaving, server) then return { 'protected' } end
if protected and why == 'dead' then
  if not confirmed then return { 'protected' } end
  redis.call('ZREMRANGEBYSCORE', releasesKey, '-inf', now - interval)
  local most = math.max(1, math.floor(releaseShare * redis.call('ZCARD', keys.due)))
  if redis.call('ZCARD', releasesKey) >= most then return { 'paced' } end
  redis.call('ZADD', releasesKey, now, server)
  redis.call('PEXPIRE', releasesKey, interval)
end

redis.call('ZREM', keys.due, server)
redis.call('DEL', keys.answer)
redis.call('ZREM', keys.held, server)
redis.call('ZREM', keys.leaving, server)
redis.call('HDEL', keys.zones, server)
redis.call('HDEL', keys.replaced, server)
redis.call('UNLINK', keys.verdicts)
leavePlace(keys, server, placeIn(stored))
if redis.call('EXISTS', keys.due) == 0 then redis.call('UNLINK', keys.endpoints) end
if boot > 0 then writeRecord(keys.record, boot, sequence, now, 'T', NO_DIGEST, '', retention) end
local roll = {
  server = server, now = now, settled = settled, lease = lease, retention = retention, publish = publisher(keys.events, cap, now)
}
local changes = readChanges(18, 15)
for _, change in ipairs(changes) do
  redis.call('UNLINK', change.tokens)
  if change.id then release(change.id, roll) end
  roll.publish(why == 'withdrawn' and 'session.closed' or 'session.evicted',
    'server', server, 'session', change.session, 'reason', why)
end
if leaseEnd then roll.publish('server.lost', 'server', server, 'reason', why, 'sessions', #changes) end
return { 'struck', #changes }
