-- Who answers for a bare id. `id` = { local id, bare key, known key, claims key, contest key }; `roll` = what one script knows:
--   server, answer, mark, now, settled, deadline (end of this server's lease), lease, retention, publish(type, ...)
-- bare     '=' live, '~' held, '^' held by protection, '?' provisional: mark, server, tab, answer · '!' contested;
--          with a server, tab, answer after it: by the only claim that is left, which answers once the roll is settled
-- known    '=' server, tab, answer: last known sole owner · '!' contested · '-' server: closed by it within the last lease
-- claims   sorted set: server -> end of its lease; only while contested
-- contest  hash: server -> its answer, after its mark if it is held; the empty field: who answered before; only while contested
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

-- Ends a contest that one claim or none is left of; never before the roll is settled, as others may not have reported yet.
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
  -- Whoever is held is so once every live agent was heard: nobody is left who would contest a provisional claim.
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

-- Drops who is lapsed; the contest then ends, or lasts as long as the longest claim that is left.
local function reviewContest(id, roll)
  dropLapsed(id, roll)
  if promoteLast(id, roll) then return end
  local latest = redis.call('ZRANGE', id.claims, -1, -1, 'WITHSCORES')
  showContest(id)
  contestLasts(id, latest[2])
  setKnown(id, roll, '!', roll.now)
end

-- This server lists the session.
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

-- This server, which lists the session, is held. It keeps the claim it has, or had until it lapsed and nobody else came: a
-- hold makes no new one.
local function keep(id, roll)
  local bare = redis.call('GET', id.bare)
  local mark, owner = ownerOf(bare or redis.call('GET', id.known) or '')
  if bare and mark == '!' then
    if redis.call('ZSCORE', id.claims, roll.server) then claim(id, roll) end
  elseif owner == roll.server and (bare or mark == '=') then
    claim(id, roll)
  end
end

-- Whoever answers now, this server is no longer the last known owner; that it was is remembered for one lease.
local function forget(id, roll)
  local known = redis.call('GET', id.known)
  if not known then return end
  local mark, owner = ownerOf(known)
  if mark == '=' and owner == roll.server then redis.call('SET', id.known, '-' .. roll.server, 'PX', roll.lease) end
end

-- This server no longer has the session.
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
