#!lua flags=allow-oom
-- A report that changes nothing, whatever others claim: renews what the last one wrote, or, finding anything else than
-- that, writes nothing; but tokens that end, end in any case that passes the fence.
-- KEYS  1 record  2 answer  3 due  4 pulse  5 settled  6… four per session with a bare form: bare, known, claims, contest
--       last, of a report that a full store has refused: held, events, the tokens that end with it
-- ARGV  1 server  2 boot, 10 digits  3 sequence, 12 digits  4 digest  5 lease, ms  6 retention, ms  7 gap, ms
--       8 settle after, ms  9 record and last known owners are kept on again after so long, ms
--       10 1: a full store has refused the report; keep of the stored one what needs no new memory
--       11 how many keys come last  12 cap of the stream
-- Returns {'applied', how many ids only this script can renew} | {'already'} | {'superseded', boot} | {'outdated', sequence} |
--         {'full'}: send the report in full
--@include lease
--@include record
--@include pulse
--@include changes
local recordKey, answerKey, dueKey, pulseKey, settledKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local server, boot, sequence, digest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease, retention, gap, settleAfter = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local refreshAfter, salvages, lastBareKey = tonumber(ARGV[9]), ARGV[10] == '1', #KEYS - tonumber(ARGV[11])

local header = redis.call('GETRANGE', recordKey, '0', '69')
local record = readHeader(header)
local refused = refusal(record, tonumber(boot), tonumber(sequence))
if refused then return refused end
for key = lastBareKey + 3, #KEYS do redis.call('UNLINK', KEYS[key]) end
if not record or record.digest ~= digest then return { 'full' } end
if not salvages and not isUnchanged(header, boot, sequence, digest) then return { 'full' } end
local now = clock()
local keepsAllOn = keepsOn(record.keptAt, now, refreshAfter)
local since, last = written(pulseKey, now, gap)
local settles = since and now - since >= settleAfter

local mine, provisional = '=' .. server .. '\t', '?' .. server .. '\t'
local contested, claimed, heldBare, others = {}, {}, {}, 0
for key = 6, lastBareKey, 4 do
  local owner = redis.call('GETRANGE', KEYS[key], 0, #mine - 1)
  if string.sub(owner, 1, 1) == '!' then
    local claims = KEYS[key + 2]
    local isDecided = redis.call('ZCOUNT', claims, '-inf', now) > 0 or redis.call('ZCARD', claims) < 2
    contested[key] = redis.call('ZSCORE', claims, server) and (salvages or not isDecided)
  else
    heldBare[key] = salvages and (owner == '~' .. server .. '\t' or owner == '^' .. server .. '\t')
    claimed[key] = owner == mine or heldBare[key] or owner == provisional and (salvages or not settles)
  end
  local keeps = contested[key] or claimed[key]
  if keepsAllOn and keeps and owner ~= provisional then keeps = redis.call('EXISTS', KEYS[key + 1]) == 1 end
  if not keeps and not salvages then return { 'full' } end
  if owner ~= mine then others = others + 1 end
end

local deadline, keptAt = momentText(now + lease), keepsAllOn and headerText(now) or string.sub(header, 39, 51)
if not renewLease(answerKey, dueKey, server, deadline) then return { 'full' } end
redis.call('SETRANGE', recordKey, 0, table.concat({ boot, sequence, headerText(now), keptAt, 'A' }, ' '))
if keepsAllOn then redis.call('PEXPIREAT', recordKey, momentText(now + retention)) end
local wasHeld = salvages and redis.call('ZREM', KEYS[lastBareKey + 1], server) == 1
if wasHeld then
  redis.call('SETRANGE', answerKey, 0, '=')
  publisher(KEYS[lastBareKey + 2], ARGV[12], now)('server.recovered', 'server', server)
end
for key = 6, lastBareKey, 4 do
  if contested[key] then
    redis.call('ZADD', KEYS[key + 2], deadline, server)
    redis.call('PEXPIREAT', KEYS[key + 2], deadline, 'GT')
    redis.call('PEXPIREAT', KEYS[key + 3], deadline, 'GT')
    redis.call('PEXPIREAT', KEYS[key], deadline, 'GT')
    local answer = wasHeld and redis.call('HGET', KEYS[key + 3], server)
    if answer then redis.call('HSET', KEYS[key + 3], server, string.match(answer, '^[~^]?(.*)$')) end
  elseif claimed[key] then
    if heldBare[key] then redis.call('SETRANGE', KEYS[key], 0, '=') end
    redis.call('PEXPIREAT', KEYS[key], deadline)
  end
  if keepsAllOn and (contested[key] or claimed[key]) then redis.call('PEXPIREAT', KEYS[key + 1], momentText(now + retention)) end
end

if isPulseDue(last, now, gap) then pulse(pulseKey, settledKey, now, gap, settleAfter, retention) end
return { 'applied', others }
