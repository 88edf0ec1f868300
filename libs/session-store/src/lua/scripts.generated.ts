// Made from ../../scripts/*.lua by tools/checks/lua-scripts.mjs --write: change those.
/** The store's Lua scripts by operation; KEYS, ARGV and returns are documented in the files they are made from. */
export const LUA_SCRIPTS = {
  admitIdentity: String.raw`
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local VERSION = '#'

local function readIdentity(value)
local identity = { changed = 0, revoked = false, tokens = {} }
if not value then return identity end
local changed, revoked, tokens = string.match(value, '^(%d+)\t([01])(.*)$')
if not changed then return identity end
identity.changed, identity.revoked = tonumber(changed), revoked == '1'
for digest, issued in string.gmatch(tokens, '\t([^:\t]+):(%d+)') do
table.insert(identity.tokens, { digest = digest, issued = tonumber(issued) })
end
return identity
end

local function changeIdentity(key, server, identity, now, version)
local changed = math.max(now, identity.changed + 1)
local parts = { string.format('%.0f', changed), identity.revoked and '1' or '0' }
for _, token in ipairs(identity.tokens) do
table.insert(parts, string.format('%s:%.0f', token.digest, token.issued))
end
redis.call('HSET', key, server, table.concat(parts, '\t'), VERSION, version)
end
local key, server, version = KEYS[1], ARGV[1], ARGV[2]
local identity = readIdentity(redis.call('HGET', key, server))

if not identity.revoked then return 0 end
identity.revoked = false
changeIdentity(key, server, identity, clock(), version)
return 1
`.trim(),
  changeProtection: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
local since, last, resumed = written(pulseKey, now, gap)
if last and now - last > gap / 2 then resumed = now end
if resumed and hasFailed then since = math.max(since, resumed) end
since = since or now
local isOpen = resumed and resumed > since
redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true, now - since
end
redis.call('DEL', settledKey)
return false, now - since
end
local function readChanges(first, firstKey)
local changes, key = {}, firstKey
for index = first, #ARGV do
local change = { kind = string.sub(ARGV[index], 1, 1), session = string.sub(ARGV[index], 3), tokens = KEYS[key] }
key = key + 1
if string.sub(ARGV[index], 2, 2) == 'b' then
change.id = {
session = change.session, bare = KEYS[key], known = KEYS[key + 1], claims = KEYS[key + 2], contest = KEYS[key + 3]
}
key = key + 4
end
changes[#changes + 1] = change
end
return changes
end

local function publisher(eventsKey, cap, now)
return function(type, ...)
redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'type', type, 'at', string.format('%.0f', now), ...)
end
end
local function readProtection(protectKey, zone)
local found = redis.call('HGET', protectKey, zone)
if not found then return nil end
local version, state, counted, ends = string.match(found, '^(%d+)\t(%a+)\t%d+\t(%d+\t%d+)\t(%d+)$')
return { version = tonumber(version), state = state, counted = counted, ends = ends }
end

local function isProtected(protectKey, zone, now)
local protection = readProtection(protectKey, zone)
return protection ~= nil and protection.state == 'on' and now < tonumber(protection.ends)
end
local protectKey, zone, seenVersion, to = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local retention, gap, settleAfter, reason = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[8]

local now = clock()
local settled = pulse(KEYS[2], KEYS[3], now, gap, settleAfter, retention)
local publish = publisher(KEYS[4], ARGV[7], now)
local protection = readProtection(protectKey, zone)
local version = protection and protection.version or 0
local wasOn = protection ~= nil and protection.state == 'on'
if version ~= seenVersion then return 0 end

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
`.trim(),
  countGuess: String.raw`
local allowed, window = tonumber(ARGV[1]), ARGV[2]
local counted = tonumber(redis.call('GET', KEYS[1]))
if not counted then
redis.call('SET', KEYS[1], '1', 'PX', window)
return 1
end
return counted > allowed and counted or redis.call('INCR', KEYS[1])
`.trim(),
  findGrant: String.raw`
#!lua flags=no-writes
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readGrant(value)
local ends, user, address = string.match(value, '^(%d+)\t([^\t]*)\t(.*)$')
return { ends = tonumber(ends), user = user, address = address }
end

local function goodGrants(tokensKey, now)
local good, fields = {}, redis.call('HGETALL', tokensKey)
for index = 1, #fields, 2 do
local grant = readGrant(fields[index + 1])
grant.digest = fields[index]
if grant.ends > now then good[#good + 1] = grant else redis.call('HDEL', tokensKey, grant.digest) end
end
table.sort(good, function(one, other) return one.ends < other.ends end)
return good
end
local found = redis.call('HGET', KEYS[1], ARGV[1])
if not found then return nil end
local grant = readGrant(found)
if grant.ends <= clock() then return nil end
return { grant.user, grant.address }
`.trim(),
  findLapsed: String.raw`
#!lua flags=no-writes
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local now = clock()
local since, last = written(KEYS[3], now, tonumber(ARGV[2]))
local isJudged = since and last - since >= tonumber(ARGV[3])
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
table.insert(found, 1, redis.call('ZCOUNT', KEYS[1], '-inf', now))
table.insert(found, 1, isJudged and 1 or 0)
table.insert(found, 1, redis.call('EXISTS', KEYS[2]))
return found
`.trim(),
  giveWay: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
redis.call('SET', recordKey, header .. body, 'PX', retention)
end

local function readHeader(header)
if not header or #header < 70 then return nil end
return {
boot = tonumber(string.sub(header, 1, 10)),
sequence = tonumber(string.sub(header, 12, 23)),
reportedAt = tonumber(string.sub(header, 25, 37)),
keptAt = tonumber(string.sub(header, 39, 51)),
state = string.sub(header, 53, 53),
digest = string.sub(header, 55, 70)
}
end

local function isListed(stored, session)
local record = readHeader(stored)
if not record or record.state == 'T' then return false end
local answerEnd = string.find(stored, '\n', 72, true)
local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

local function refusal(record, boot, sequence)
if not record then return nil end
if boot < record.boot then return { 'superseded', record.boot } end
if boot > record.boot then return nil end
if sequence < record.sequence then return { 'outdated', record.sequence } end
if sequence == record.sequence then return { 'already' } end
return nil
end
local function readChanges(first, firstKey)
local changes, key = {}, firstKey
for index = first, #ARGV do
local change = { kind = string.sub(ARGV[index], 1, 1), session = string.sub(ARGV[index], 3), tokens = KEYS[key] }
key = key + 1
if string.sub(ARGV[index], 2, 2) == 'b' then
change.id = {
session = change.session, bare = KEYS[key], known = KEYS[key + 1], claims = KEYS[key + 2], contest = KEYS[key + 3]
}
key = key + 4
end
changes[#changes + 1] = change
end
return changes
end

local function publisher(eventsKey, cap, now)
return function(type, ...)
redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'type', type, 'at', string.format('%.0f', now), ...)
end
end
local record = readHeader(redis.call('GETRANGE', KEYS[1], 0, 69))
if not record or record.state == 'T' or record.boot < tonumber(ARGV[2]) then return { 'outdated', 0 } end
publisher(KEYS[2], ARGV[3], clock())(
'server.conflict', 'server', ARGV[1], 'boot', ARGV[2], 'by', string.format('%.0f', record.boot)
)
return { 'applied' }
`.trim(),
  grantToken: String.raw`
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
redis.call('SET', recordKey, header .. body, 'PX', retention)
end

local function readHeader(header)
if not header or #header < 70 then return nil end
return {
boot = tonumber(string.sub(header, 1, 10)),
sequence = tonumber(string.sub(header, 12, 23)),
reportedAt = tonumber(string.sub(header, 25, 37)),
keptAt = tonumber(string.sub(header, 39, 51)),
state = string.sub(header, 53, 53),
digest = string.sub(header, 55, 70)
}
end

local function isListed(stored, session)
local record = readHeader(stored)
if not record or record.state == 'T' then return false end
local answerEnd = string.find(stored, '\n', 72, true)
local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

local function refusal(record, boot, sequence)
if not record then return nil end
if boot < record.boot then return { 'superseded', record.boot } end
if boot > record.boot then return nil end
if sequence < record.sequence then return { 'outdated', record.sequence } end
if sequence == record.sequence then return { 'already' } end
return nil
end
local function readGrant(value)
local ends, user, address = string.match(value, '^(%d+)\t([^\t]*)\t(.*)$')
return { ends = tonumber(ends), user = user, address = address }
end

local function goodGrants(tokensKey, now)
local good, fields = {}, redis.call('HGETALL', tokensKey)
for index = 1, #fields, 2 do
local grant = readGrant(fields[index + 1])
grant.digest = fields[index]
if grant.ends > now then good[#good + 1] = grant else redis.call('HDEL', tokensKey, grant.digest) end
end
table.sort(good, function(one, other) return one.ends < other.ends end)
return good
end
local tokensKey, session, digest, grant = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local ttl, most = tonumber(ARGV[4]), tonumber(ARGV[5])

if not isListed(redis.call('GET', KEYS[2]), session) then return 'no-session' end

local now = clock()
redis.call('HSET', tokensKey, digest, string.format('%.0f\t%s', now + ttl, grant))
local good = goodGrants(tokensKey, now)
local excess = #good - most
for _, other in ipairs(good) do
if excess > 0 and other.digest ~= digest then
redis.call('HDEL', tokensKey, other.digest)
excess = excess - 1
end
end
redis.call('PEXPIREAT', tokensKey, good[#good].ends)
return 'granted'
`.trim(),
  hold: String.raw`
#!lua flags=allow-oom
local keys = {
record = KEYS[1], answer = KEYS[2], due = KEYS[3], pulse = KEYS[4], settled = KEYS[5], events = KEYS[6], held = KEYS[7],
endpoints = KEYS[8], replaced = KEYS[9], zones = KEYS[10], leaving = KEYS[11], verdicts = KEYS[12]
}
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
local since, last, resumed = written(pulseKey, now, gap)
if last and now - last > gap / 2 then resumed = now end
if resumed and hasFailed then since = math.max(since, resumed) end
since = since or now
local isOpen = resumed and resumed > since
redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true, now - since
end
redis.call('DEL', settledKey)
return false, now - since
end
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
redis.call('SET', recordKey, header .. body, 'PX', retention)
end

local function readHeader(header)
if not header or #header < 70 then return nil end
return {
boot = tonumber(string.sub(header, 1, 10)),
sequence = tonumber(string.sub(header, 12, 23)),
reportedAt = tonumber(string.sub(header, 25, 37)),
keptAt = tonumber(string.sub(header, 39, 51)),
state = string.sub(header, 53, 53),
digest = string.sub(header, 55, 70)
}
end

local function isListed(stored, session)
local record = readHeader(stored)
if not record or record.state == 'T' then return false end
local answerEnd = string.find(stored, '\n', 72, true)
local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

local function refusal(record, boot, sequence)
if not record then return nil end
if boot < record.boot then return { 'superseded', record.boot } end
if boot > record.boot then return nil end
if sequence < record.sequence then return { 'outdated', record.sequence } end
if sequence == record.sequence then return { 'already' } end
return nil
end
local function readChanges(first, firstKey)
local changes, key = {}, firstKey
for index = first, #ARGV do
local change = { kind = string.sub(ARGV[index], 1, 1), session = string.sub(ARGV[index], 3), tokens = KEYS[key] }
key = key + 1
if string.sub(ARGV[index], 2, 2) == 'b' then
change.id = {
session = change.session, bare = KEYS[key], known = KEYS[key + 1], claims = KEYS[key + 2], contest = KEYS[key + 3]
}
key = key + 4
end
changes[#changes + 1] = change
end
return changes
end

local function publisher(eventsKey, cap, now)
return function(type, ...)
redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'type', type, 'at', string.format('%.0f', now), ...)
end
end
local LAPSED_PER_STEP = 1000

local function ownerOf(value)
local mark, server, answer = string.match(value, '^(.)([^\t]*)\t?(.*)$')
return mark, server, answer
end

local function contestant(mark, answer)
return mark == '=' and answer or mark .. answer
end

local function readContestant(value)
local mark, answer = string.match(value, '^([~^]?)(.*)$')
return mark == '' and '=' or mark, answer
end

local function setKnown(id, roll, value, reportedAt)
redis.call('SET', id.known, value, 'PXAT', reportedAt + roll.retention)
end

local function answerFor(id, mark, server, answer, deadline)
redis.call('SET', id.bare, mark .. server .. '\t' .. answer, 'PXAT', deadline)
end

local function endContest(id)
redis.call('DEL', id.claims, id.contest)
end

local function dropLapsed(id, roll)
local lapsed = redis.call('ZRANGEBYSCORE', id.claims, '-inf', roll.now, 'LIMIT', 0, LAPSED_PER_STEP)
for _, server in ipairs(lapsed) do
redis.call('ZREM', id.claims, server)
redis.call('HDEL', id.contest, server)
end
end

local function promoteLast(id, roll)
local claims = redis.call('ZCARD', id.claims)
if claims == 0 then
endContest(id)
redis.call('DEL', id.bare, id.known)
return true
end
if claims > 1 or not roll.settled then return false end
local last = redis.call('ZRANGE', id.claims, 0, 0, 'WITHSCORES')
local server, deadline = last[1], tonumber(last[2])
local mark, answer = readContestant(redis.call('HGET', id.contest, server))
local from = redis.call('HGET', id.contest, '')
endContest(id)
answerFor(id, mark, server, answer, deadline)
setKnown(id, roll, '=' .. server .. '\t' .. answer, deadline - roll.lease)
if from and from ~= server then roll.publish('session.moved', 'server', server, 'session', id.session, 'from', from) end
return true
end

local function joinContest(id, roll)
redis.call('ZADD', id.claims, roll.deadline, roll.server)
redis.call('HSET', id.contest, roll.server, contestant(roll.mark, roll.answer))
end

local function contestLasts(id, deadline)
for _, key in ipairs({ id.bare, id.claims, id.contest }) do
redis.call('PEXPIREAT', key, deadline)
end
end

local function showContest(id)
local sole = redis.call('ZCARD', id.claims) == 1 and redis.call('ZRANGE', id.claims, 0, 0)[1]
local mark, answer = '', ''
if sole then mark, answer = readContestant(redis.call('HGET', id.contest, sole)) end
redis.call('SET', id.bare, mark == '=' and '!' .. sole .. '\t' .. answer or '!')
end

local function openContest(id, roll, deadline)
joinContest(id, roll)
showContest(id)
contestLasts(id, deadline)
setKnown(id, roll, '!', roll.now)
end

local function claimFree(id, roll)
local known = redis.call('GET', id.known)
local mark, owner = '', ''
if known then mark, owner = ownerOf(known) end
if not roll.settled and roll.mark == '=' then
if mark == '!' then return openContest(id, roll, roll.deadline) end
if mark ~= '=' or owner ~= roll.server then
return answerFor(id, '?', roll.server, roll.answer, roll.deadline)
end
end
answerFor(id, roll.mark, roll.server, roll.answer, roll.deadline)
setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
if (mark == '-' or mark == '=') and owner ~= roll.server then
roll.publish('session.moved', 'server', roll.server, 'session', id.session, 'from', owner)
end
end

local function reviewContest(id, roll)
dropLapsed(id, roll)
if promoteLast(id, roll) then return end
local latest = redis.call('ZRANGE', id.claims, -1, -1, 'WITHSCORES')
showContest(id)
contestLasts(id, latest[2])
setKnown(id, roll, '!', roll.now)
end

local function claim(id, roll)
local bare = redis.call('GET', id.bare)
if not bare then return claimFree(id, roll) end
local mark, owner, answer = ownerOf(bare)
if mark == '!' then
joinContest(id, roll)
return reviewContest(id, roll)
end
if owner == roll.server then
if mark == '?' then return claimFree(id, roll) end
answerFor(id, roll.mark, roll.server, roll.answer, roll.deadline)
return setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
end
local theirs = redis.call('PEXPIRETIME', id.bare)
redis.call('ZADD', id.claims, theirs, owner)
redis.call('HSET', id.contest, owner, contestant(mark == '?' and '=' or mark, answer), '', owner)
openContest(id, roll, math.max(theirs, roll.deadline))
roll.publish('session.ambiguous', 'server', roll.server, 'session', id.session, 'with', owner)
end

local function keep(id, roll)
local bare = redis.call('GET', id.bare)
local mark, owner = ownerOf(bare or redis.call('GET', id.known) or '')
if bare and mark == '!' then
if redis.call('ZSCORE', id.claims, roll.server) then claim(id, roll) end
elseif owner == roll.server and (bare or mark == '=') then
claim(id, roll)
end
end

local function forget(id, roll)
local known = redis.call('GET', id.known)
if not known then return end
local mark, owner = ownerOf(known)
if mark == '=' and owner == roll.server then redis.call('SET', id.known, '-' .. roll.server, 'PX', roll.lease) end
end

local function release(id, roll)
local mark, owner = ownerOf(redis.call('GET', id.bare) or '')
if mark == '!' then
redis.call('ZREM', id.claims, roll.server)
redis.call('HDEL', id.contest, roll.server)
return reviewContest(id, roll)
end
if owner == roll.server then redis.call('DEL', id.bare) end
forget(id, roll)
end
local function placeOf(answer)
local host, port = string.match(answer, '^([^\t]*)\t(%d+)')
return host and string.lower(host) .. ':' .. port
end

local function placeIn(stored)
return stored and #stored > 71 and placeOf(string.sub(stored, 72, 400)) or nil
end

local function leavePlace(keys, server, place)
if place and redis.call('HGET', keys.endpoints, place) == server then redis.call('HDEL', keys.endpoints, place) end
end

local function takePlace(keys, server, place)
local owner = redis.call('HGET', keys.endpoints, place)
if owner ~= server then
redis.call('HSET', keys.endpoints, place, server)
if owner and redis.call('ZSCORE', keys.due, owner) then redis.call('HSET', keys.replaced, owner, place) end
end
redis.call('HDEL', keys.replaced, server)
end

local function isReplaced(keys, server, place, fresh)
local owner = redis.call('HGET', keys.endpoints, place)
if not owner or owner == server or redis.call('ZSCORE', keys.held, owner) then return false end
return tonumber(redis.call('ZSCORE', keys.due, owner) or 0) > fresh
end
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
`.trim(),
  issueIdentity: String.raw`
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local VERSION = '#'

local function readIdentity(value)
local identity = { changed = 0, revoked = false, tokens = {} }
if not value then return identity end
local changed, revoked, tokens = string.match(value, '^(%d+)\t([01])(.*)$')
if not changed then return identity end
identity.changed, identity.revoked = tonumber(changed), revoked == '1'
for digest, issued in string.gmatch(tokens, '\t([^:\t]+):(%d+)') do
table.insert(identity.tokens, { digest = digest, issued = tonumber(issued) })
end
return identity
end

local function changeIdentity(key, server, identity, now, version)
local changed = math.max(now, identity.changed + 1)
local parts = { string.format('%.0f', changed), identity.revoked and '1' or '0' }
for _, token in ipairs(identity.tokens) do
table.insert(parts, string.format('%s:%.0f', token.digest, token.issued))
end
redis.call('HSET', key, server, table.concat(parts, '\t'), VERSION, version)
end
local key, server, digest, most = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local version, kept = ARGV[4], tonumber(ARGV[5])
local now = clock()
local identity = readIdentity(redis.call('HGET', key, server))
local before = #identity.tokens

table.insert(identity.tokens, 1, { digest = digest, issued = now })
while #identity.tokens > most do table.remove(identity.tokens) end
changeIdentity(key, server, identity, now, version)

local fields = redis.call('HGETALL', key)
for index = 1, #fields, 2 do
local name, other = fields[index], readIdentity(fields[index + 1])
if name ~= VERSION and not other.revoked and #other.tokens == 0 and now - other.changed > kept then redis.call('HDEL', key, name) end
end
return before + 1 - #identity.tokens
`.trim(),
  now: String.raw`
#!lua flags=no-writes
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
return clock()
`.trim(),
  renew: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
local since, last, resumed = written(pulseKey, now, gap)
if last and now - last > gap / 2 then resumed = now end
if resumed and hasFailed then since = math.max(since, resumed) end
since = since or now
local isOpen = resumed and resumed > since
redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true, now - since
end
redis.call('DEL', settledKey)
return false, now - since
end
local retention, gap, settleAfter, hasFailed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
return pulse(KEYS[1], KEYS[2], clock(), gap, settleAfter, retention, hasFailed) and 1 or 0
`.trim(),
  report: String.raw`
local keys = {
record = KEYS[1], answer = KEYS[2], due = KEYS[3], pulse = KEYS[4], settled = KEYS[5], events = KEYS[6], held = KEYS[7],
endpoints = KEYS[8], replaced = KEYS[9], zones = KEYS[10], leaving = KEYS[11], verdicts = KEYS[12]
}
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
local since, last, resumed = written(pulseKey, now, gap)
if last and now - last > gap / 2 then resumed = now end
if resumed and hasFailed then since = math.max(since, resumed) end
since = since or now
local isOpen = resumed and resumed > since
redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true, now - since
end
redis.call('DEL', settledKey)
return false, now - since
end
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
redis.call('SET', recordKey, header .. body, 'PX', retention)
end

local function readHeader(header)
if not header or #header < 70 then return nil end
return {
boot = tonumber(string.sub(header, 1, 10)),
sequence = tonumber(string.sub(header, 12, 23)),
reportedAt = tonumber(string.sub(header, 25, 37)),
keptAt = tonumber(string.sub(header, 39, 51)),
state = string.sub(header, 53, 53),
digest = string.sub(header, 55, 70)
}
end

local function isListed(stored, session)
local record = readHeader(stored)
if not record or record.state == 'T' then return false end
local answerEnd = string.find(stored, '\n', 72, true)
local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

local function refusal(record, boot, sequence)
if not record then return nil end
if boot < record.boot then return { 'superseded', record.boot } end
if boot > record.boot then return nil end
if sequence < record.sequence then return { 'outdated', record.sequence } end
if sequence == record.sequence then return { 'already' } end
return nil
end
local function readChanges(first, firstKey)
local changes, key = {}, firstKey
for index = first, #ARGV do
local change = { kind = string.sub(ARGV[index], 1, 1), session = string.sub(ARGV[index], 3), tokens = KEYS[key] }
key = key + 1
if string.sub(ARGV[index], 2, 2) == 'b' then
change.id = {
session = change.session, bare = KEYS[key], known = KEYS[key + 1], claims = KEYS[key + 2], contest = KEYS[key + 3]
}
key = key + 4
end
changes[#changes + 1] = change
end
return changes
end

local function publisher(eventsKey, cap, now)
return function(type, ...)
redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'type', type, 'at', string.format('%.0f', now), ...)
end
end
local LAPSED_PER_STEP = 1000

local function ownerOf(value)
local mark, server, answer = string.match(value, '^(.)([^\t]*)\t?(.*)$')
return mark, server, answer
end

local function contestant(mark, answer)
return mark == '=' and answer or mark .. answer
end

local function readContestant(value)
local mark, answer = string.match(value, '^([~^]?)(.*)$')
return mark == '' and '=' or mark, answer
end

local function setKnown(id, roll, value, reportedAt)
redis.call('SET', id.known, value, 'PXAT', reportedAt + roll.retention)
end

local function answerFor(id, mark, server, answer, deadline)
redis.call('SET', id.bare, mark .. server .. '\t' .. answer, 'PXAT', deadline)
end

local function endContest(id)
redis.call('DEL', id.claims, id.contest)
end

local function dropLapsed(id, roll)
local lapsed = redis.call('ZRANGEBYSCORE', id.claims, '-inf', roll.now, 'LIMIT', 0, LAPSED_PER_STEP)
for _, server in ipairs(lapsed) do
redis.call('ZREM', id.claims, server)
redis.call('HDEL', id.contest, server)
end
end

local function promoteLast(id, roll)
local claims = redis.call('ZCARD', id.claims)
if claims == 0 then
endContest(id)
redis.call('DEL', id.bare, id.known)
return true
end
if claims > 1 or not roll.settled then return false end
local last = redis.call('ZRANGE', id.claims, 0, 0, 'WITHSCORES')
local server, deadline = last[1], tonumber(last[2])
local mark, answer = readContestant(redis.call('HGET', id.contest, server))
local from = redis.call('HGET', id.contest, '')
endContest(id)
answerFor(id, mark, server, answer, deadline)
setKnown(id, roll, '=' .. server .. '\t' .. answer, deadline - roll.lease)
if from and from ~= server then roll.publish('session.moved', 'server', server, 'session', id.session, 'from', from) end
return true
end

local function joinContest(id, roll)
redis.call('ZADD', id.claims, roll.deadline, roll.server)
redis.call('HSET', id.contest, roll.server, contestant(roll.mark, roll.answer))
end

local function contestLasts(id, deadline)
for _, key in ipairs({ id.bare, id.claims, id.contest }) do
redis.call('PEXPIREAT', key, deadline)
end
end

local function showContest(id)
local sole = redis.call('ZCARD', id.claims) == 1 and redis.call('ZRANGE', id.claims, 0, 0)[1]
local mark, answer = '', ''
if sole then mark, answer = readContestant(redis.call('HGET', id.contest, sole)) end
redis.call('SET', id.bare, mark == '=' and '!' .. sole .. '\t' .. answer or '!')
end

local function openContest(id, roll, deadline)
joinContest(id, roll)
showContest(id)
contestLasts(id, deadline)
setKnown(id, roll, '!', roll.now)
end

local function claimFree(id, roll)
local known = redis.call('GET', id.known)
local mark, owner = '', ''
if known then mark, owner = ownerOf(known) end
if not roll.settled and roll.mark == '=' then
if mark == '!' then return openContest(id, roll, roll.deadline) end
if mark ~= '=' or owner ~= roll.server then
return answerFor(id, '?', roll.server, roll.answer, roll.deadline)
end
end
answerFor(id, roll.mark, roll.server, roll.answer, roll.deadline)
setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
if (mark == '-' or mark == '=') and owner ~= roll.server then
roll.publish('session.moved', 'server', roll.server, 'session', id.session, 'from', owner)
end
end

local function reviewContest(id, roll)
dropLapsed(id, roll)
if promoteLast(id, roll) then return end
local latest = redis.call('ZRANGE', id.claims, -1, -1, 'WITHSCORES')
showContest(id)
contestLasts(id, latest[2])
setKnown(id, roll, '!', roll.now)
end

local function claim(id, roll)
local bare = redis.call('GET', id.bare)
if not bare then return claimFree(id, roll) end
local mark, owner, answer = ownerOf(bare)
if mark == '!' then
joinContest(id, roll)
return reviewContest(id, roll)
end
if owner == roll.server then
if mark == '?' then return claimFree(id, roll) end
answerFor(id, roll.mark, roll.server, roll.answer, roll.deadline)
return setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
end
local theirs = redis.call('PEXPIRETIME', id.bare)
redis.call('ZADD', id.claims, theirs, owner)
redis.call('HSET', id.contest, owner, contestant(mark == '?' and '=' or mark, answer), '', owner)
openContest(id, roll, math.max(theirs, roll.deadline))
roll.publish('session.ambiguous', 'server', roll.server, 'session', id.session, 'with', owner)
end

local function keep(id, roll)
local bare = redis.call('GET', id.bare)
local mark, owner = ownerOf(bare or redis.call('GET', id.known) or '')
if bare and mark == '!' then
if redis.call('ZSCORE', id.claims, roll.server) then claim(id, roll) end
elseif owner == roll.server and (bare or mark == '=') then
claim(id, roll)
end
end

local function forget(id, roll)
local known = redis.call('GET', id.known)
if not known then return end
local mark, owner = ownerOf(known)
if mark == '=' and owner == roll.server then redis.call('SET', id.known, '-' .. roll.server, 'PX', roll.lease) end
end

local function release(id, roll)
local mark, owner = ownerOf(redis.call('GET', id.bare) or '')
if mark == '!' then
redis.call('ZREM', id.claims, roll.server)
redis.call('HDEL', id.contest, roll.server)
return reviewContest(id, roll)
end
if owner == roll.server then redis.call('DEL', id.bare) end
forget(id, roll)
end
local function placeOf(answer)
local host, port = string.match(answer, '^([^\t]*)\t(%d+)')
return host and string.lower(host) .. ':' .. port
end

local function placeIn(stored)
return stored and #stored > 71 and placeOf(string.sub(stored, 72, 400)) or nil
end

local function leavePlace(keys, server, place)
if place and redis.call('HGET', keys.endpoints, place) == server then redis.call('HDEL', keys.endpoints, place) end
end

local function takePlace(keys, server, place)
local owner = redis.call('HGET', keys.endpoints, place)
if owner ~= server then
redis.call('HSET', keys.endpoints, place, server)
if owner and redis.call('ZSCORE', keys.due, owner) then redis.call('HSET', keys.replaced, owner, place) end
end
redis.call('HDEL', keys.replaced, server)
end

local function isReplaced(keys, server, place, fresh)
local owner = redis.call('HGET', keys.endpoints, place)
if not owner or owner == server or redis.call('ZSCORE', keys.held, owner) then return false end
return tonumber(redis.call('ZSCORE', keys.due, owner) or 0) > fresh
end
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
`.trim(),
  restoreIdentities: String.raw`
local VERSION = '#'

local function readIdentity(value)
local identity = { changed = 0, revoked = false, tokens = {} }
if not value then return identity end
local changed, revoked, tokens = string.match(value, '^(%d+)\t([01])(.*)$')
if not changed then return identity end
identity.changed, identity.revoked = tonumber(changed), revoked == '1'
for digest, issued in string.gmatch(tokens, '\t([^:\t]+):(%d+)') do
table.insert(identity.tokens, { digest = digest, issued = tonumber(issued) })
end
return identity
end

local function changeIdentity(key, server, identity, now, version)
local changed = math.max(now, identity.changed + 1)
local parts = { string.format('%.0f', changed), identity.revoked and '1' or '0' }
for _, token in ipairs(identity.tokens) do
table.insert(parts, string.format('%s:%.0f', token.digest, token.issued))
end
redis.call('HSET', key, server, table.concat(parts, '\t'), VERSION, version)
end
local key, version = KEYS[1], ARGV[1]
local written = 0

for index = 2, #ARGV, 2 do
local server, record = ARGV[index], ARGV[index + 1]
local stored = redis.call('HGET', key, server)
if not stored or readIdentity(stored).changed < readIdentity(record).changed then
redis.call('HSET', key, server, record, VERSION, version)
written = written + 1
end
end
return written
`.trim(),
  revokeIdentity: String.raw`
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local VERSION = '#'

local function readIdentity(value)
local identity = { changed = 0, revoked = false, tokens = {} }
if not value then return identity end
local changed, revoked, tokens = string.match(value, '^(%d+)\t([01])(.*)$')
if not changed then return identity end
identity.changed, identity.revoked = tonumber(changed), revoked == '1'
for digest, issued in string.gmatch(tokens, '\t([^:\t]+):(%d+)') do
table.insert(identity.tokens, { digest = digest, issued = tonumber(issued) })
end
return identity
end

local function changeIdentity(key, server, identity, now, version)
local changed = math.max(now, identity.changed + 1)
local parts = { string.format('%.0f', changed), identity.revoked and '1' or '0' }
for _, token in ipairs(identity.tokens) do
table.insert(parts, string.format('%s:%.0f', token.digest, token.issued))
end
redis.call('HSET', key, server, table.concat(parts, '\t'), VERSION, version)
end
local key, server, what, version = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local identity = readIdentity(redis.call('HGET', key, server))
local before = #identity.tokens
local kept = what == 'everything' and 0 or 1

redis.call('PERSIST', key)
while #identity.tokens > kept do table.remove(identity.tokens) end
if what == 'everything' then identity.revoked = true end
changeIdentity(key, server, identity, clock(), version)
return before - #identity.tokens
`.trim(),
  revokeTokens: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readGrant(value)
local ends, user, address = string.match(value, '^(%d+)\t([^\t]*)\t(.*)$')
return { ends = tonumber(ends), user = user, address = address }
end

local function goodGrants(tokensKey, now)
local good, fields = {}, redis.call('HGETALL', tokensKey)
for index = 1, #fields, 2 do
local grant = readGrant(fields[index + 1])
grant.digest = fields[index]
if grant.ends > now then good[#good + 1] = grant else redis.call('HDEL', tokensKey, grant.digest) end
end
table.sort(good, function(one, other) return one.ends < other.ends end)
return good
end
local tokensKey, user = KEYS[1], ARGV[1]

local revoked, ends = 0, nil
for _, grant in ipairs(goodGrants(tokensKey, clock())) do
if not user or grant.user == user then
redis.call('HDEL', tokensKey, grant.digest)
revoked = revoked + 1
else
ends = grant.ends
end
end
if ends then redis.call('PEXPIREAT', tokensKey, ends) end
return revoked
`.trim(),
  strike: String.raw`
#!lua flags=allow-oom
local keys = {
record = KEYS[1], answer = KEYS[2], due = KEYS[3], pulse = KEYS[4], settled = KEYS[5], events = KEYS[6], held = KEYS[7],
endpoints = KEYS[8], replaced = KEYS[9], zones = KEYS[10], leaving = KEYS[11], verdicts = KEYS[12]
}
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
local since, last, resumed = written(pulseKey, now, gap)
if last and now - last > gap / 2 then resumed = now end
if resumed and hasFailed then since = math.max(since, resumed) end
since = since or now
local isOpen = resumed and resumed > since
redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true, now - since
end
redis.call('DEL', settledKey)
return false, now - since
end
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
redis.call('SET', recordKey, header .. body, 'PX', retention)
end

local function readHeader(header)
if not header or #header < 70 then return nil end
return {
boot = tonumber(string.sub(header, 1, 10)),
sequence = tonumber(string.sub(header, 12, 23)),
reportedAt = tonumber(string.sub(header, 25, 37)),
keptAt = tonumber(string.sub(header, 39, 51)),
state = string.sub(header, 53, 53),
digest = string.sub(header, 55, 70)
}
end

local function isListed(stored, session)
local record = readHeader(stored)
if not record or record.state == 'T' then return false end
local answerEnd = string.find(stored, '\n', 72, true)
local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

local function refusal(record, boot, sequence)
if not record then return nil end
if boot < record.boot then return { 'superseded', record.boot } end
if boot > record.boot then return nil end
if sequence < record.sequence then return { 'outdated', record.sequence } end
if sequence == record.sequence then return { 'already' } end
return nil
end
local function readChanges(first, firstKey)
local changes, key = {}, firstKey
for index = first, #ARGV do
local change = { kind = string.sub(ARGV[index], 1, 1), session = string.sub(ARGV[index], 3), tokens = KEYS[key] }
key = key + 1
if string.sub(ARGV[index], 2, 2) == 'b' then
change.id = {
session = change.session, bare = KEYS[key], known = KEYS[key + 1], claims = KEYS[key + 2], contest = KEYS[key + 3]
}
key = key + 4
end
changes[#changes + 1] = change
end
return changes
end

local function publisher(eventsKey, cap, now)
return function(type, ...)
redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'type', type, 'at', string.format('%.0f', now), ...)
end
end
local LAPSED_PER_STEP = 1000

local function ownerOf(value)
local mark, server, answer = string.match(value, '^(.)([^\t]*)\t?(.*)$')
return mark, server, answer
end

local function contestant(mark, answer)
return mark == '=' and answer or mark .. answer
end

local function readContestant(value)
local mark, answer = string.match(value, '^([~^]?)(.*)$')
return mark == '' and '=' or mark, answer
end

local function setKnown(id, roll, value, reportedAt)
redis.call('SET', id.known, value, 'PXAT', reportedAt + roll.retention)
end

local function answerFor(id, mark, server, answer, deadline)
redis.call('SET', id.bare, mark .. server .. '\t' .. answer, 'PXAT', deadline)
end

local function endContest(id)
redis.call('DEL', id.claims, id.contest)
end

local function dropLapsed(id, roll)
local lapsed = redis.call('ZRANGEBYSCORE', id.claims, '-inf', roll.now, 'LIMIT', 0, LAPSED_PER_STEP)
for _, server in ipairs(lapsed) do
redis.call('ZREM', id.claims, server)
redis.call('HDEL', id.contest, server)
end
end

local function promoteLast(id, roll)
local claims = redis.call('ZCARD', id.claims)
if claims == 0 then
endContest(id)
redis.call('DEL', id.bare, id.known)
return true
end
if claims > 1 or not roll.settled then return false end
local last = redis.call('ZRANGE', id.claims, 0, 0, 'WITHSCORES')
local server, deadline = last[1], tonumber(last[2])
local mark, answer = readContestant(redis.call('HGET', id.contest, server))
local from = redis.call('HGET', id.contest, '')
endContest(id)
answerFor(id, mark, server, answer, deadline)
setKnown(id, roll, '=' .. server .. '\t' .. answer, deadline - roll.lease)
if from and from ~= server then roll.publish('session.moved', 'server', server, 'session', id.session, 'from', from) end
return true
end

local function joinContest(id, roll)
redis.call('ZADD', id.claims, roll.deadline, roll.server)
redis.call('HSET', id.contest, roll.server, contestant(roll.mark, roll.answer))
end

local function contestLasts(id, deadline)
for _, key in ipairs({ id.bare, id.claims, id.contest }) do
redis.call('PEXPIREAT', key, deadline)
end
end

local function showContest(id)
local sole = redis.call('ZCARD', id.claims) == 1 and redis.call('ZRANGE', id.claims, 0, 0)[1]
local mark, answer = '', ''
if sole then mark, answer = readContestant(redis.call('HGET', id.contest, sole)) end
redis.call('SET', id.bare, mark == '=' and '!' .. sole .. '\t' .. answer or '!')
end

local function openContest(id, roll, deadline)
joinContest(id, roll)
showContest(id)
contestLasts(id, deadline)
setKnown(id, roll, '!', roll.now)
end

local function claimFree(id, roll)
local known = redis.call('GET', id.known)
local mark, owner = '', ''
if known then mark, owner = ownerOf(known) end
if not roll.settled and roll.mark == '=' then
if mark == '!' then return openContest(id, roll, roll.deadline) end
if mark ~= '=' or owner ~= roll.server then
return answerFor(id, '?', roll.server, roll.answer, roll.deadline)
end
end
answerFor(id, roll.mark, roll.server, roll.answer, roll.deadline)
setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
if (mark == '-' or mark == '=') and owner ~= roll.server then
roll.publish('session.moved', 'server', roll.server, 'session', id.session, 'from', owner)
end
end

local function reviewContest(id, roll)
dropLapsed(id, roll)
if promoteLast(id, roll) then return end
local latest = redis.call('ZRANGE', id.claims, -1, -1, 'WITHSCORES')
showContest(id)
contestLasts(id, latest[2])
setKnown(id, roll, '!', roll.now)
end

local function claim(id, roll)
local bare = redis.call('GET', id.bare)
if not bare then return claimFree(id, roll) end
local mark, owner, answer = ownerOf(bare)
if mark == '!' then
joinContest(id, roll)
return reviewContest(id, roll)
end
if owner == roll.server then
if mark == '?' then return claimFree(id, roll) end
answerFor(id, roll.mark, roll.server, roll.answer, roll.deadline)
return setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
end
local theirs = redis.call('PEXPIRETIME', id.bare)
redis.call('ZADD', id.claims, theirs, owner)
redis.call('HSET', id.contest, owner, contestant(mark == '?' and '=' or mark, answer), '', owner)
openContest(id, roll, math.max(theirs, roll.deadline))
roll.publish('session.ambiguous', 'server', roll.server, 'session', id.session, 'with', owner)
end

local function keep(id, roll)
local bare = redis.call('GET', id.bare)
local mark, owner = ownerOf(bare or redis.call('GET', id.known) or '')
if bare and mark == '!' then
if redis.call('ZSCORE', id.claims, roll.server) then claim(id, roll) end
elseif owner == roll.server and (bare or mark == '=') then
claim(id, roll)
end
end

local function forget(id, roll)
local known = redis.call('GET', id.known)
if not known then return end
local mark, owner = ownerOf(known)
if mark == '=' and owner == roll.server then redis.call('SET', id.known, '-' .. roll.server, 'PX', roll.lease) end
end

local function release(id, roll)
local mark, owner = ownerOf(redis.call('GET', id.bare) or '')
if mark == '!' then
redis.call('ZREM', id.claims, roll.server)
redis.call('HDEL', id.contest, roll.server)
return reviewContest(id, roll)
end
if owner == roll.server then redis.call('DEL', id.bare) end
forget(id, roll)
end
local function placeOf(answer)
local host, port = string.match(answer, '^([^\t]*)\t(%d+)')
return host and string.lower(host) .. ':' .. port
end

local function placeIn(stored)
return stored and #stored > 71 and placeOf(string.sub(stored, 72, 400)) or nil
end

local function leavePlace(keys, server, place)
if place and redis.call('HGET', keys.endpoints, place) == server then redis.call('HDEL', keys.endpoints, place) end
end

local function takePlace(keys, server, place)
local owner = redis.call('HGET', keys.endpoints, place)
if owner ~= server then
redis.call('HSET', keys.endpoints, place, server)
if owner and redis.call('ZSCORE', keys.due, owner) then redis.call('HSET', keys.replaced, owner, place) end
end
redis.call('HDEL', keys.replaced, server)
end

local function isReplaced(keys, server, place, fresh)
local owner = redis.call('HGET', keys.endpoints, place)
if not owner or owner == server or redis.call('ZSCORE', keys.held, owner) then return false end
return tonumber(redis.call('ZSCORE', keys.due, owner) or 0) > fresh
end
local function readProtection(protectKey, zone)
local found = redis.call('HGET', protectKey, zone)
if not found then return nil end
local version, state, counted, ends = string.match(found, '^(%d+)\t(%a+)\t%d+\t(%d+\t%d+)\t(%d+)$')
return { version = tonumber(version), state = state, counted = counted, ends = ends }
end

local function isProtected(protectKey, zone, now)
local protection = readProtection(protectKey, zone)
return protection ~= nil and protection.state == 'on' and now < tonumber(protection.ends)
end
local function isVouchedFor(verdictsKey, now)
for _, ends in ipairs(redis.call('HVALS', verdictsKey)) do
if tonumber(ends) > now then return true end
end
return false
end
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
`.trim(),
  survey: String.raw`
#!lua flags=no-writes
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
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
`.trim(),
  sweepFinished: String.raw`
#!lua flags=allow-oom
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
`.trim(),
  touchInFull: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function momentText(moment)
return string.format('%d%03d', moment / 1000, moment % 1000)
end

local function headerText(moment)
return string.format('%010d%03d', moment / 1000, moment % 1000)
end

local function isUnchanged(header, boot, sequence, digest)
return string.sub(header, 53) == 'A ' .. digest and string.sub(header, 1, 10) == boot
and string.sub(header, 12, 23) < sequence
end

local function keepsOn(keptAt, now, refreshAfter)
return now - keptAt > refreshAfter or now < keptAt
end

local function renewLease(answerKey, dueKey, server, deadline)
if redis.call('PEXPIREAT', answerKey, deadline) == 0 then return false end
redis.call('ZADD', dueKey, deadline, server)
return true
end

local function isPulseDue(last, now, gap)
return not last or now < last or now - last > gap / 8
end
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
redis.call('SET', recordKey, header .. body, 'PX', retention)
end

local function readHeader(header)
if not header or #header < 70 then return nil end
return {
boot = tonumber(string.sub(header, 1, 10)),
sequence = tonumber(string.sub(header, 12, 23)),
reportedAt = tonumber(string.sub(header, 25, 37)),
keptAt = tonumber(string.sub(header, 39, 51)),
state = string.sub(header, 53, 53),
digest = string.sub(header, 55, 70)
}
end

local function isListed(stored, session)
local record = readHeader(stored)
if not record or record.state == 'T' then return false end
local answerEnd = string.find(stored, '\n', 72, true)
local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

local function refusal(record, boot, sequence)
if not record then return nil end
if boot < record.boot then return { 'superseded', record.boot } end
if boot > record.boot then return nil end
if sequence < record.sequence then return { 'outdated', record.sequence } end
if sequence == record.sequence then return { 'already' } end
return nil
end
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
local since, last, resumed = written(pulseKey, now, gap)
if last and now - last > gap / 2 then resumed = now end
if resumed and hasFailed then since = math.max(since, resumed) end
since = since or now
local isOpen = resumed and resumed > since
redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true, now - since
end
redis.call('DEL', settledKey)
return false, now - since
end
local function readChanges(first, firstKey)
local changes, key = {}, firstKey
for index = first, #ARGV do
local change = { kind = string.sub(ARGV[index], 1, 1), session = string.sub(ARGV[index], 3), tokens = KEYS[key] }
key = key + 1
if string.sub(ARGV[index], 2, 2) == 'b' then
change.id = {
session = change.session, bare = KEYS[key], known = KEYS[key + 1], claims = KEYS[key + 2], contest = KEYS[key + 3]
}
key = key + 4
end
changes[#changes + 1] = change
end
return changes
end

local function publisher(eventsKey, cap, now)
return function(type, ...)
redis.call('XADD', eventsKey, 'MAXLEN', '~', cap, '*', 'type', type, 'at', string.format('%.0f', now), ...)
end
end
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
`.trim(),
  touch: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function momentText(moment)
return string.format('%d%03d', moment / 1000, moment % 1000)
end

local function headerText(moment)
return string.format('%010d%03d', moment / 1000, moment % 1000)
end

local function isUnchanged(header, boot, sequence, digest)
return string.sub(header, 53) == 'A ' .. digest and string.sub(header, 1, 10) == boot
and string.sub(header, 12, 23) < sequence
end

local function keepsOn(keptAt, now, refreshAfter)
return now - keptAt > refreshAfter or now < keptAt
end

local function renewLease(answerKey, dueKey, server, deadline)
if redis.call('PEXPIREAT', answerKey, deadline) == 0 then return false end
redis.call('ZADD', dueKey, deadline, server)
return true
end

local function isPulseDue(last, now, gap)
return not last or now < last or now - last > gap / 8
end
local recordKey, answerKey, dueKey, pulseKey, settledKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local server, boot, sequence, digest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease, gap, refreshAfter = tonumber(ARGV[5]), tonumber(ARGV[7]), tonumber(ARGV[9])

local header = redis.call('GETRANGE', recordKey, '0', '69')
if not isUnchanged(header, boot, sequence, digest) then
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
redis.call('SET', recordKey, header .. body, 'PX', retention)
end

local function readHeader(header)
if not header or #header < 70 then return nil end
return {
boot = tonumber(string.sub(header, 1, 10)),
sequence = tonumber(string.sub(header, 12, 23)),
reportedAt = tonumber(string.sub(header, 25, 37)),
keptAt = tonumber(string.sub(header, 39, 51)),
state = string.sub(header, 53, 53),
digest = string.sub(header, 55, 70)
}
end

local function isListed(stored, session)
local record = readHeader(stored)
if not record or record.state == 'T' then return false end
local answerEnd = string.find(stored, '\n', 72, true)
local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

local function refusal(record, boot, sequence)
if not record then return nil end
if boot < record.boot then return { 'superseded', record.boot } end
if boot > record.boot then return nil end
if sequence < record.sequence then return { 'outdated', record.sequence } end
if sequence == record.sequence then return { 'already' } end
return nil
end
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
local function readPulse(pulse, now, gap)
local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
return readPulse(redis.call('GET', pulseKey), now, gap)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
local since, last, resumed = written(pulseKey, now, gap)
if last and now - last > gap / 2 then resumed = now end
if resumed and hasFailed then since = math.max(since, resumed) end
since = since or now
local isOpen = resumed and resumed > since
redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true, now - since
end
redis.call('DEL', settledKey)
return false, now - since
end
pulse(pulseKey, settledKey, now, gap, tonumber(ARGV[8]), tonumber(ARGV[6]))
end
return { 'applied' }
`.trim(),
} as const;
