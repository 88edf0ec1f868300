-- A report in full: a new list, a new endpoint, a new boot, or the first one after a loss.
-- KEYS  1–12 as include/keys.lua  13… of each session (include/changes.lua)
-- ARGV  1 server  2 boot  3 sequence  4 digest of this report  5 digest of the record it replaces, dashes for none
--       6 state (A, L, U)  7 answer  8 health and zone  9 lease of this report, ms  10 full lease, ms  11 retention, ms
--       12 gap, ms  13 settle after, ms  14 cap of the stream  15 why sessions are gone (closed, unhealthy),
--       or `unknown`: the list is what the report believes to be stored, and stands only if it is  16… changes
-- Returns {'applied'} | {'already'} | {'superseded', boot} | {'outdated', sequence}
--       | {'stored', record}: the store holds another list than the report replaces; repeat with that one's sessions
--         (no record: the server is not on the roll)
--@include keys
--@include clock
--@include pulse
--@include record
--@include changes
--@include claims
--@include places
local server, boot, sequence, digest, replaces, state = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local answer, health = ARGV[7], ARGV[8]
local lease, fullLease, retention = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local gap, settleAfter, cap, goneReason = tonumber(ARGV[12]), tonumber(ARGV[13]), ARGV[14], ARGV[15]

local stored = redis.call('GET', keys.record)
local record = readHeader(stored)
local refused = refusal(record, boot, sequence)
if refused then return refused end
local onRoll = record and record.state ~= 'T'
if onRoll and record.digest ~= replaces then return { 'stored', stored } end
if not onRoll and goneReason == 'unknown' and state ~= 'U' then return { 'stored' } end

local now = clock()
local changes = readChanges(16, 13)
local listed = {}
for _, change in ipairs(changes) do
  if change.kind ~= '-' then listed[#listed + 1] = change.session .. '\n' end
end
local list = table.concat(listed)

-- The first write has to be one that a full store refuses (not PEXPIRE or DEL), or the rest would pass, too.
writeRecord(keys.record, boot, sequence, now, state, digest, answer .. '\n' .. health .. '\n' .. list, retention)
local roll = {
  server = server, answer = answer, mark = '=', now = now, deadline = now + lease, lease = fullLease, retention = retention,
  settled = pulse(keys.pulse, keys.settled, now, gap, settleAfter, retention),
  publish = publisher(keys.events, cap, now)
}
if state ~= 'U' then redis.call('SET', keys.answer, '=' .. answer .. '\n' .. list, 'PXAT', roll.deadline) end
redis.call('ZADD', keys.due, roll.deadline, server)
if redis.call('ZREM', keys.held, server) == 1 then
  redis.call('UNLINK', keys.verdicts)
  if onRoll then roll.publish('server.recovered', 'server', server) end
end
local zone, place, placeBefore = string.sub(health, 3), placeOf(answer), placeIn(stored)
if placeBefore ~= place then leavePlace(keys, server, placeBefore) end
takePlace(keys, server, place)
if zone ~= '' then redis.call('HSET', keys.zones, server, zone) else redis.call('HDEL', keys.zones, server) end
if lease < fullLease then redis.call('ZADD', keys.leaving, now, server) else redis.call('ZREM', keys.leaving, server) end

if not onRoll then roll.publish('server.joined', 'server', server, 'reason', record and 'returned' or 'new') end
for _, change in ipairs(changes) do
  local keeps = change.kind == '=' and onRoll
  if not keeps then redis.call('UNLINK', change.tokens) end
  if change.kind == '-' then
    if onRoll then
      if change.id then release(change.id, roll) end
      roll.publish('session.closed', 'server', server, 'session', change.session, 'reason', goneReason)
    end
  else
    if change.id then claim(change.id, roll) end
    if change.kind == '!' and onRoll then
      roll.publish('session.closed', 'server', server, 'session', change.session, 'reason', goneReason)
    end
    if not keeps then roll.publish('session.opened', 'server', server, 'session', change.session) end
  end
end
return { 'applied' }
