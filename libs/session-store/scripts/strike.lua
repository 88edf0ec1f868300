#!lua flags=allow-oom
-- Strikes a server off the roll: leaves a tombstone with the fence, withdraws its sessions, publishes what it did.
-- KEYS  as report.lua
-- ARGV  1 server  2, 3 boot and sequence of the record it was decided on (0, 0: there was none)
--       4 why: lapsed (re-checked here), operator, withdrawn (by the agent)  5, 6 boot and sequence to leave behind
--       7 lease, ms  8 retention, ms  9 gap, ms  10 settle after, ms  11 cap of the stream  12… sessions, as changes
-- Returns {'struck', sessions} | {'renewed'}: a report came in between, and wins | {'unsettled'} | {'gone'}
--       | for withdrawn also {'superseded', boot} | {'outdated', sequence} | {'already'}
--@include clock
--@include pulse
--@include record
--@include changes
--@include claims
local recordKey, answerKey, dueKey, pulseKey, settledKey, eventsKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local server, seenBoot, seenSequence, why = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local boot, sequence, lease, retention = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local gap, settleAfter, cap = tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11]

local now = clock()
local settled = pulse(pulseKey, settledKey, now, gap, settleAfter, retention)
if why == 'lapsed' and not settled then return { 'unsettled' } end

local record = readHeader(redis.call('GETRANGE', recordKey, 0, 69))
local refused = why == 'withdrawn' and refusal(record, boot, sequence)
if refused then return refused end
local leaseEnd = redis.call('ZSCORE', dueKey, server)
if not leaseEnd and why ~= 'withdrawn' then return { 'gone' } end
local found = record or { boot = 0, sequence = 0 }
if found.boot ~= seenBoot or found.sequence ~= seenSequence then return { 'renewed' } end
if why == 'lapsed' and (tonumber(leaseEnd) > now or redis.call('EXISTS', answerKey) == 1) then return { 'renewed' } end

redis.call('ZREM', dueKey, server)
redis.call('DEL', answerKey)
if boot > 0 then writeRecord(recordKey, boot, sequence, now, 'T', NO_DIGEST, '', retention) end
local roll = {
  server = server, now = now, settled = settled, lease = lease, retention = retention, publish = publisher(eventsKey, cap, now)
}
local changes = readChanges(12, 7)
for _, change in ipairs(changes) do
  redis.call('UNLINK', change.tokens)
  if change.id then release(change.id, roll) end
  roll.publish(why == 'withdrawn' and 'session.closed' or 'session.evicted',
    'server', server, 'session', change.session, 'reason', why)
end
if leaseEnd then roll.publish('server.lost', 'server', server, 'reason', why, 'sessions', #changes) end
return { 'struck', #changes }
