#!lua flags=no-writes
-- Who is late, and what that means for each zone. Reads the late, the zones of all, and of the live as many as are witnesses.
-- KEYS  1 due  2 settled  3 held  4 leaving  5 zones  6 endpoints  7 replaced  8 protect  9 pulse
-- ARGV  1 most late servers in the answer  2 lease, ms  3 late after, ms
--       4 zones do not matter while fewer are late, and nobody is protected  5 most witnesses of a zone
--       6 gap, ms  7 heard after, ms
-- Returns {now, heard (1 or 0), settled (1 or 0), servers, how many are late,
--   {server, zone, end of its lease or hold, last report if held, else nothing, replaced (1 or 0), …}: those whose end comes
--     first, in no order,
--   {{zone, servers, late, {witness, …}}, …}, {zone, protection, …}}
--@include clock
--@include places
--@include written
local keys = { due = KEYS[1], settled = KEYS[2], held = KEYS[3], endpoints = KEYS[6] }
local leavingKey, zonesKey, replacedKey, protectKey = KEYS[4], KEYS[5], KEYS[7], KEYS[8]
local lateMax, lease, lateAfter = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local serversMin, witnessesMax = tonumber(ARGV[4]), tonumber(ARGV[5])
local PER_STEP = 500

local now = clock()
local fresh = now + lease - lateAfter
local servers = redis.call('ZCARD', keys.due)
local hasZones = redis.call('EXISTS', zonesKey) == 1
local anyReplaced = redis.call('EXISTS', replacedKey) == 1

-- What a command that takes many members says of each.
local function ofEach(command, key, members, none)
  local found = {}
  for start = 1, #members, PER_STEP do
    local last = math.min(start + PER_STEP - 1, #members)
    for index, value in ipairs(redis.call(command, key, unpack(members, start, last))) do
      found[start + index - 1] = value or none
    end
  end
  return found
end

local function zonesOf(members)
  return hasZones and ofEach('HMGET', zonesKey, members, '') or {}
end

local leaving, heldSince = redis.call('ZRANGE', leavingKey, 0, -1), {}
local isLeaving = {}
for _, server in ipairs(leaving) do isLeaving[server] = true end
local held = redis.call('ZRANGE', keys.held, 0, -1, 'WITHSCORES')
local late, ends, heldServers = {}, {}, {}
for index = 1, #held, 2 do
  heldServers[#heldServers + 1] = held[index]
  heldSince[held[index]] = held[index + 1]
end
-- Whoever is held and not on the roll was struck off by an earlier version, which knows of no holds.
for index, leaseEnd in ipairs(ofEach('ZMSCORE', keys.due, heldServers, '')) do
  if leaseEnd ~= '' then
    late[#late + 1] = heldServers[index]
    ends[heldServers[index]] = leaseEnd
  end
end
local early = redis.call('ZRANGEBYSCORE', keys.due, '-inf', fresh, 'WITHSCORES')
for index = 1, #early, 2 do
  local server = early[index]
  if not isLeaving[server] and not heldSince[server] then
    late[#late + 1] = server
    ends[server] = early[index + 1]
  end
end

-- Those of the late whose lease or hold ends first.
local function firstToEnd()
  if #late <= lateMax then return late end
  local first, start = {}, 0
  while #first < lateMax and start < servers do
    for _, server in ipairs(redis.call('ZRANGE', keys.due, start, start + PER_STEP - 1)) do
      if ends[server] and #first < lateMax then first[#first + 1] = server end
    end
    start = start + PER_STEP
  end
  return first
end

local function countZones()
  local counted = { [''] = { servers = servers, late = 0, live = servers, witnesses = {} } }
  for _, zone in ipairs(hasZones and redis.call('HVALS', zonesKey) or {}) do
    local count = counted[zone]
    if not count then
      count = { servers = 0, late = 0, live = 0, witnesses = {} }
      counted[zone] = count
    end
    count.servers = count.servers + 1
  end
  for zone, count in pairs(counted) do
    if zone ~= '' then counted[''].servers = counted[''].servers - count.servers end
  end
  for _, count in pairs(counted) do count.live = count.servers end
  local zones = zonesOf(late)
  for index = 1, #late do
    local count = counted[zones[index] or '']
    count.late = count.late + 1
    count.live = count.live - 1
  end
  zones = zonesOf(leaving)
  for index = 1, #leaving do
    local count = counted[zones[index] or '']
    count.live = count.live - 1
  end
  return counted
end

local function findWitnesses(counted)
  local wanted, start = 0, 0
  for _, count in pairs(counted) do wanted = wanted + math.min(count.live, witnessesMax) end
  while wanted > 0 and start < servers do
    local newest = redis.call('ZREVRANGE', keys.due, start, start + PER_STEP - 1)
    local zones = zonesOf(newest)
    for index, server in ipairs(newest) do
      local witnesses = counted[zones[index] or ''].witnesses
      if #witnesses < witnessesMax and not ends[server] and not isLeaving[server] then
        witnesses[#witnesses + 1] = server
        wanted = wanted - 1
      end
    end
    start = start + PER_STEP
  end
end

local protections, zones = redis.call('HGETALL', protectKey), {}
if #late >= serversMin or #protections > 0 then
  local counted = countZones()
  findWitnesses(counted)
  for zone, count in pairs(counted) do
    if count.servers > 0 then zones[#zones + 1] = { zone, count.servers, count.late, count.witnesses } end
  end
end

local told, first = {}, firstToEnd()
local zonesOfFirst = zonesOf(first)
for index, server in ipairs(first) do
  local place = anyReplaced and redis.call('HGET', replacedKey, server)
  local replaced = place and isReplaced(keys, server, place, fresh)
  local at = #told
  told[at + 1], told[at + 2], told[at + 3] = server, zonesOfFirst[index] or '', ends[server]
  told[at + 4], told[at + 5] = heldSince[server] or '', replaced and 1 or 0
end
local since, last = written(KEYS[9], now, tonumber(ARGV[6]))
local isHeard = since and last - since >= tonumber(ARGV[7])
return { now, isHeard and 1 or 0, redis.call('EXISTS', keys.settled), servers, #late, told, zones, protections }
