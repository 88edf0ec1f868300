#!lua flags=allow-oom
-- Extends the lease of a late server by one lease, on a reconciler's word: its answers stand, or stand again, with a mark.
-- Before every live agent was heard only that of a server that is held already.
-- KEYS  1–12 as include/keys.lua  13… four per session with a bare form: bare, known, claims, contest
-- ARGV  1 server  2, 3 boot and sequence of the record it was decided on  4 why: probe, protection  5 reconciler
--       6 how long its verdict stands, ms (probe)  7 longest silence, ms  8 late after, ms  9 lease, ms  10 retention, ms
--       11 gap, ms  12 settle after, ms  13 cap of the stream
--       14 heard after, ms  15… local ids that have a bare form
-- Returns {'held', until} | {'reported'} | {'unsettled'} | {'replaced'} | {'expired'} | {'gone'}
--@include keys
--@include clock
--@include pulse
--@include record
--@include changes
--@include claims
--@include places
local server, seenBoot, seenSequence, cause, by = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local verdictTtl, holdMax, lateAfter = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local lease, retention = tonumber(ARGV[9]), tonumber(ARGV[10])
local gap, settleAfter, cap, heardAfter = tonumber(ARGV[11]), tonumber(ARGV[12]), ARGV[13], tonumber(ARGV[14])

local now = clock()
local settled, writtenFor = pulse(keys.pulse, keys.settled, now, gap, settleAfter, retention)
if writtenFor < heardAfter and not redis.call('ZSCORE', keys.held, server) then return { 'unsettled' } end

local stored = redis.call('GET', keys.record)
local record = readHeader(stored)
if not record or record.state == 'T' or not redis.call('ZSCORE', keys.due, server) then return { 'gone' } end
if record.boot ~= seenBoot or record.sequence ~= seenSequence then return { 'reported' } end
if record.state == 'L' or redis.call('ZSCORE', keys.leaving, server) then return { 'gone' } end
-- A server that is held all the same has an agent of an earlier version, which knows of no holds.
if now - record.reportedAt < lateAfter then
  redis.call('ZREM', keys.held, server)
  return { 'reported' }
end
if isReplaced(keys, server, placeIn(stored), now + lease - lateAfter) then return { 'replaced' } end
if now - record.reportedAt >= holdMax then return { 'expired' } end

local deadline, mark = now + lease, cause == 'probe' and '~' or '^'
redis.call('PEXPIREAT', keys.record, now + retention)
redis.call('ZADD', keys.due, deadline, server)
local isNew = redis.call('ZADD', keys.held, record.reportedAt, server) == 1
if cause == 'probe' then
  redis.call('HSET', keys.verdicts, by, now + verdictTtl)
  redis.call('PEXPIRE', keys.verdicts, verdictTtl)
end
local publish = publisher(keys.events, cap, now)
if record.state ~= 'U' then
  local answerEnd = string.find(stored, '\n', 72, true)
  local healthEnd = string.find(stored, '\n', answerEnd + 1, true)
  local answer = string.sub(stored, 72, answerEnd - 1)
  redis.call('SETRANGE', keys.record, 52, cause == 'probe' and 'H' or 'P')
  redis.call('SET', keys.answer, mark .. answer .. '\n' .. string.sub(stored, healthEnd + 1), 'PXAT', deadline)
  local roll = {
    server = server, answer = answer, mark = mark, now = now, deadline = deadline, lease = lease, retention = retention,
    settled = settled, publish = publish
  }
  for index = 15, #ARGV do
    local key = 13 + 4 * (index - 15)
    keep({ session = ARGV[index], bare = KEYS[key], known = KEYS[key + 1], claims = KEYS[key + 2], contest = KEYS[key + 3] }, roll)
  end
end
if isNew then publish('server.held', 'server', server, 'reason', cause) end
return { 'held', deadline }
