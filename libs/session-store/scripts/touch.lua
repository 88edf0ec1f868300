#!lua flags=allow-oom
-- A report that changes nothing, of a server whose bare ids nobody else claims: renews what the last one wrote, or, finding
-- anything else than that, writes nothing. It runs for every host at every interval, and so does no more than that: what it
-- seldom needs is made only then.
-- KEYS  1 record  2 answer  3 due  4 pulse  5 settled  6… one per session with a bare form: bare
-- ARGV  1 server  2 boot, 10 digits  3 sequence, 12 digits  4 digest  5 lease, ms  6 retention, ms  7 gap, ms
--       8 settle after, ms  9 record and last known owners are kept on again after so long, ms
-- Returns {'applied'} | {'already'} | {'superseded', boot} | {'outdated', sequence} | {'full'}: send the report in full |
--         {'more'}: there is more to renew, or less, than this does; touch in full
--@include lease
local recordKey, answerKey, dueKey, pulseKey, settledKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local server, boot, sequence, digest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease, gap, refreshAfter = tonumber(ARGV[5]), tonumber(ARGV[7]), tonumber(ARGV[9])

local header = redis.call('GETRANGE', recordKey, '0', '69')
if not isUnchanged(header, boot, sequence, digest) then
  --@include record
  return refusal(readHeader(header), tonumber(boot), tonumber(sequence)) or { 'full' }
end
local now = clock()
if keepsOn(tonumber(string.sub(header, 39, 51)), now, refreshAfter) then return { 'more' } end
local stored, mine = redis.call('MGET', pulseKey, unpack(KEYS, 6)), '=' .. server .. '\t'
for bare = 2, #stored do
  if not stored[bare] or string.sub(stored[bare], 1, #mine) ~= mine then return { 'more' } end
end

local deadline = momentText(now + lease)
if not renewLease(answerKey, dueKey, server, deadline) then return { 'full' } end
redis.call('SETRANGE', recordKey, '11', sequence .. ' ' .. headerText(now))
for key = 6, #KEYS do redis.call('PEXPIREAT', KEYS[key], deadline) end
if isPulseDue(tonumber(string.match(stored[1] or '', '^%d+:(%d+)')), now, gap) then
  --@include pulse
  pulse(pulseKey, settledKey, now, gap, tonumber(ARGV[8]), tonumber(ARGV[6]))
end
return { 'applied' }
