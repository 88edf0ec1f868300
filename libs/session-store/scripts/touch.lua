#!lua flags=allow-oom
-- A report that changes nothing, of a server whose bare ids nobody else claims: renews what the last one wrote, or, finding
-- anything else than that, writes nothing. It runs for every host at every interval, and so does no more than that.
-- KEYS  1 record  2 answer  3 due  4 pulse  5 settled  6… one per session with a bare form: bare
-- ARGV  1 server  2 boot  3 sequence  4 digest  5 lease, ms  6 retention, ms  7 gap, ms  8 settle after, ms
--       9 record and last known owners are kept on again after so long, ms
-- Returns {'applied'} | {'already'} | {'superseded', boot} | {'outdated', sequence} | {'full'}: send the report in full |
--         {'more'}: there is more to renew, or less, than this does; touch in full
--@include lease
local recordKey, answerKey, dueKey, pulseKey, settledKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local server, boot, sequence, digest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local lease, retention, gap, settleAfter = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local refreshAfter = tonumber(ARGV[9])

local header = redis.call('GETRANGE', recordKey, '0', '69')
if not isUnchanged(header, boot, sequence, digest) then
  return refusal(readHeader(header), boot, sequence) or { 'full' }
end
local now = clock()
if keepsOn(tonumber(string.sub(header, 39, 51)), now, refreshAfter) then return { 'more' } end
local stored, mine = redis.call('MGET', pulseKey, unpack(KEYS, 6)), '=' .. server .. '\t'
for bare = 2, #stored do
  if not stored[bare] or string.sub(stored[bare], 1, #mine) ~= mine then return { 'more' } end
end

local deadline = text(now + lease)
if not renewLease(answerKey, dueKey, server, deadline) then return { 'full' } end
redis.call('SETRANGE', recordKey, '11', string.format('%012.0f %013.0f', sequence, now))
for key = 6, #KEYS do redis.call('PEXPIREAT', KEYS[key], deadline) end
local _, last = readPulse(stored[1], now, gap)
pulseNowAndThen(last, pulseKey, settledKey, now, gap, settleAfter, retention)
return { 'applied' }
