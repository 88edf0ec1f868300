#!lua flags=allow-oom
-- A report that changes nothing, of a server whose bare ids nobody else claims: renews what the last one wrote, or, finding
-- anything else than that, writes nothing. It runs for every host at every interval, and so does no more than that.
-- KEYS  1 record  2 answer  3 due  4 pulse  5 settled  6… one per session with a bare form: bare
-- ARGV  1 server  2 boot  3 sequence  4 digest  5 lease, ms  6 retention, ms  7 gap, ms  8 settle after, ms
--       9 the last known owners of bare ids are kept on again after so long, ms
-- Returns {'applied'} | {'already'} | {'superseded', boot} | {'outdated', sequence} | {'full'}: send the report in full |
--         {'more'}: there is more to renew, or less, than this does; touch in full
--@include clock
--@include lease
local recordKey, answerKey, dueKey, pulseKey, settledKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local server, boot, sequence, digest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local lease, retention, gap, settleAfter = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local refreshAfter = tonumber(ARGV[9])

local record = readHeader(redis.call('GETRANGE', recordKey, 0, 69))
local refused = refusal(record, boot, sequence)
if refused then return refused end
if not isTouchable(record, boot, digest) then return { 'full' } end
local now = clock()
if now - record.keptAt > refreshAfter then return { 'more' } end
if #KEYS > 5 then
  local mine = '=' .. server .. '\t'
  for _, owner in ipairs(redis.call('MGET', unpack(KEYS, 6))) do
    if not owner or string.sub(owner, 1, #mine) ~= mine then return { 'more' } end
  end
end

local deadline = now + lease
if not renewLease(recordKey, answerKey, dueKey, server, boot, sequence, now, record.keptAt, deadline, retention) then
  return { 'full' }
end
for key = 6, #KEYS do redis.call('PEXPIREAT', KEYS[key], deadline) end
pulseNowAndThen(pulseKey, settledKey, now, gap, settleAfter, retention)
return { 'applied' }
