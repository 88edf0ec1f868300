// Made from ../../scripts/*.lua by tools/checks/lua-scripts.mjs --write: change those.
/** The store's Lua scripts by operation; KEYS, ARGV and returns are documented in the files they are made from. */
export const LUA_SCRIPTS = {
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
local now = clock()
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
table.insert(found, 1, redis.call('ZCOUNT', KEYS[1], '-inf', now))
table.insert(found, 1, redis.call('EXISTS', KEYS[2]))
return found
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
  renew: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention)
local since = now
local stored = redis.call('GET', pulseKey)
if stored then
local first, last = string.match(stored, '^(%d+):(%d+)$')
first, last = tonumber(first), tonumber(last)
if last and now >= last and now - last <= gap then since = first end
end
redis.call('SET', pulseKey, string.format('%.0f:%.0f', since, now), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true
end
redis.call('DEL', settledKey)
return false
end
local retention, gap, settleAfter = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local apart, now = tonumber(ARGV[4]), clock()
local since = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):'))
if apart >= 0 and since and now - since > apart then redis.call('DEL', KEYS[1]) end
return pulse(KEYS[1], KEYS[2], now, gap, settleAfter, retention) and 1 or 0
`.trim(),
  report: String.raw`
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention)
local since = now
local stored = redis.call('GET', pulseKey)
if stored then
local first, last = string.match(stored, '^(%d+):(%d+)$')
first, last = tonumber(first), tonumber(last)
if last and now >= last and now - last <= gap then since = first end
end
redis.call('SET', pulseKey, string.format('%.0f:%.0f', since, now), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true
end
redis.call('DEL', settledKey)
return false
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
local answer = redis.call('HGET', id.contest, server)
local from = redis.call('HGET', id.contest, '')
endContest(id)
answerFor(id, '=', server, answer, deadline)
setKnown(id, roll, '=' .. server .. '\t' .. answer, deadline - roll.lease)
if from and from ~= server then roll.publish('session.moved', 'server', server, 'session', id.session, 'from', from) end
return true
end

local function joinContest(id, roll)
redis.call('ZADD', id.claims, roll.deadline, roll.server)
redis.call('HSET', id.contest, roll.server, roll.answer)
end

local function contestLasts(id, deadline)
for _, key in ipairs({ id.bare, id.claims, id.contest }) do
redis.call('PEXPIREAT', key, deadline)
end
end

local function openContest(id, roll, deadline)
joinContest(id, roll)
redis.call('SET', id.bare, '!')
contestLasts(id, deadline)
setKnown(id, roll, '!', roll.now)
end

local function claimFree(id, roll)
local known = redis.call('GET', id.known)
local mark, owner = '', ''
if known then mark, owner = ownerOf(known) end
if not roll.settled then
if mark == '!' then return openContest(id, roll, roll.deadline) end
if mark ~= '=' or owner ~= roll.server then
return answerFor(id, '?', roll.server, roll.answer, roll.deadline)
end
end
answerFor(id, '=', roll.server, roll.answer, roll.deadline)
setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
if (mark == '-' or mark == '=') and owner ~= roll.server then
roll.publish('session.moved', 'server', roll.server, 'session', id.session, 'from', owner)
end
end

local function reviewContest(id, roll)
dropLapsed(id, roll)
if promoteLast(id, roll) then return end
local latest = redis.call('ZRANGE', id.claims, -1, -1, 'WITHSCORES')
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
answerFor(id, '=', roll.server, roll.answer, roll.deadline)
return setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
end
local theirs = redis.call('PEXPIRETIME', id.bare)
redis.call('ZADD', id.claims, theirs, owner)
redis.call('HSET', id.contest, owner, answer, '', owner)
openContest(id, roll, math.max(theirs, roll.deadline))
roll.publish('session.ambiguous', 'server', roll.server, 'session', id.session, 'with', owner)
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
local recordKey, answerKey, dueKey, pulseKey, settledKey, eventsKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local server, boot, sequence, digest, replaces, state = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local answer, health = ARGV[7], ARGV[8]
local lease, fullLease, retention = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local gap, settleAfter, cap, goneReason = tonumber(ARGV[12]), tonumber(ARGV[13]), ARGV[14], ARGV[15]

local stored = redis.call('GET', recordKey)
local record = readHeader(stored)
local refused = refusal(record, boot, sequence)
if refused then return refused end
local onRoll = record and record.state ~= 'T'
if onRoll and record.digest ~= replaces then return { 'stored', stored } end
if not onRoll and goneReason == 'unknown' and state ~= 'U' then return { 'stored' } end

local now = clock()
local changes = readChanges(16, 7)
local listed = {}
for _, change in ipairs(changes) do
if change.kind ~= '-' then listed[#listed + 1] = change.session .. '\n' end
end
local list = table.concat(listed)

writeRecord(recordKey, boot, sequence, now, state, digest, answer .. '\n' .. health .. '\n' .. list, retention)
local roll = {
server = server, answer = answer, now = now, deadline = now + lease, lease = fullLease, retention = retention,
settled = pulse(pulseKey, settledKey, now, gap, settleAfter, retention),
publish = publisher(eventsKey, cap, now)
}
if state ~= 'U' then redis.call('SET', answerKey, '=' .. answer .. '\n' .. list, 'PXAT', roll.deadline) end
redis.call('ZADD', dueKey, roll.deadline, server)

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
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention)
local since = now
local stored = redis.call('GET', pulseKey)
if stored then
local first, last = string.match(stored, '^(%d+):(%d+)$')
first, last = tonumber(first), tonumber(last)
if last and now >= last and now - last <= gap then since = first end
end
redis.call('SET', pulseKey, string.format('%.0f:%.0f', since, now), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true
end
redis.call('DEL', settledKey)
return false
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
local answer = redis.call('HGET', id.contest, server)
local from = redis.call('HGET', id.contest, '')
endContest(id)
answerFor(id, '=', server, answer, deadline)
setKnown(id, roll, '=' .. server .. '\t' .. answer, deadline - roll.lease)
if from and from ~= server then roll.publish('session.moved', 'server', server, 'session', id.session, 'from', from) end
return true
end

local function joinContest(id, roll)
redis.call('ZADD', id.claims, roll.deadline, roll.server)
redis.call('HSET', id.contest, roll.server, roll.answer)
end

local function contestLasts(id, deadline)
for _, key in ipairs({ id.bare, id.claims, id.contest }) do
redis.call('PEXPIREAT', key, deadline)
end
end

local function openContest(id, roll, deadline)
joinContest(id, roll)
redis.call('SET', id.bare, '!')
contestLasts(id, deadline)
setKnown(id, roll, '!', roll.now)
end

local function claimFree(id, roll)
local known = redis.call('GET', id.known)
local mark, owner = '', ''
if known then mark, owner = ownerOf(known) end
if not roll.settled then
if mark == '!' then return openContest(id, roll, roll.deadline) end
if mark ~= '=' or owner ~= roll.server then
return answerFor(id, '?', roll.server, roll.answer, roll.deadline)
end
end
answerFor(id, '=', roll.server, roll.answer, roll.deadline)
setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
if (mark == '-' or mark == '=') and owner ~= roll.server then
roll.publish('session.moved', 'server', roll.server, 'session', id.session, 'from', owner)
end
end

local function reviewContest(id, roll)
dropLapsed(id, roll)
if promoteLast(id, roll) then return end
local latest = redis.call('ZRANGE', id.claims, -1, -1, 'WITHSCORES')
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
answerFor(id, '=', roll.server, roll.answer, roll.deadline)
return setKnown(id, roll, '=' .. roll.server .. '\t' .. roll.answer, roll.now)
end
local theirs = redis.call('PEXPIRETIME', id.bare)
redis.call('ZADD', id.claims, theirs, owner)
redis.call('HSET', id.contest, owner, answer, '', owner)
openContest(id, roll, math.max(theirs, roll.deadline))
roll.publish('session.ambiguous', 'server', roll.server, 'session', id.session, 'with', owner)
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
`.trim(),
  sweepFinished: String.raw`
#!lua flags=allow-oom
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
`.trim(),
  touch: String.raw`
#!lua flags=allow-oom
local function clock()
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention)
local since = now
local stored = redis.call('GET', pulseKey)
if stored then
local first, last = string.match(stored, '^(%d+):(%d+)$')
first, last = tonumber(first), tonumber(last)
if last and now >= last and now - last <= gap then since = first end
end
redis.call('SET', pulseKey, string.format('%.0f:%.0f', since, now), 'PX', retention)
if now - since >= settleAfter then
redis.call('SET', settledKey, '1', 'PX', gap)
return true
end
redis.call('DEL', settledKey)
return false
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
local recordKey, answerKey, dueKey, pulseKey, settledKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local server, boot, sequence, digest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local lease, retention, gap, settleAfter = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local refreshAfter, salvages, lastBareKey = tonumber(ARGV[9]), ARGV[10] == '1', #KEYS - tonumber(ARGV[11])

local record = readHeader(redis.call('GETRANGE', recordKey, 0, 69))
local refused = refusal(record, boot, sequence)
if refused then return refused end
for key = lastBareKey + 1, #KEYS do redis.call('UNLINK', KEYS[key]) end
if not record or record.digest ~= digest then return { 'full' } end
if not salvages and (record.boot ~= boot or record.state ~= 'A') then return { 'full' } end
local now = clock()
local keepsOn = now - record.keptAt > refreshAfter

local mine, provisional = '=' .. server .. '\t', '?' .. server .. '\t'
local contested, claimed = {}, {}
for key = 6, lastBareKey, 4 do
local owner = redis.call('GETRANGE', KEYS[key], 0, #mine - 1)
if owner == '!' then
local claims = KEYS[key + 2]
contested[key] = redis.call('ZSCORE', claims, server) and redis.call('ZCOUNT', claims, '-inf', now) == 0
and redis.call('ZCARD', claims) > 1
else
claimed[key] = owner == mine or owner == provisional and redis.call('EXISTS', settledKey) == 0
end
local keeps = contested[key] or claimed[key]
if keepsOn and keeps and owner ~= provisional then keeps = redis.call('EXISTS', KEYS[key + 1]) == 1 end
if not keeps and not salvages then return { 'full' } end
end

local deadline = now + lease
if redis.call('PEXPIREAT', answerKey, deadline) == 0 then return { 'full' } end
local keptAt = keepsOn and now or record.keptAt
redis.call('SETRANGE', recordKey, 0, string.format('%010.0f %012.0f %013.0f %013.0f A', boot, sequence, now, keptAt))
redis.call('PEXPIREAT', recordKey, now + retention)
redis.call('ZADD', dueKey, deadline, server)
for key = 6, lastBareKey, 4 do
if contested[key] then
redis.call('ZADD', KEYS[key + 2], deadline, server)
redis.call('PEXPIREAT', KEYS[key + 2], deadline, 'GT')
redis.call('PEXPIREAT', KEYS[key + 3], deadline, 'GT')
redis.call('PEXPIREAT', KEYS[key], deadline, 'GT')
elseif claimed[key] then
redis.call('PEXPIREAT', KEYS[key], deadline)
end
if keepsOn and (contested[key] or claimed[key]) then redis.call('PEXPIREAT', KEYS[key + 1], now + retention) end
end

local last = tonumber(string.match(redis.call('GET', pulseKey) or '', ':(%d+)$'))
if not last or now < last or now - last > gap / 8 then pulse(pulseKey, settledKey, now, gap, settleAfter, retention) end
return { 'applied' }
`.trim(),
} as const;
