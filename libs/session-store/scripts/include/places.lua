-- Who has reported which endpoint last: `host:port` -> server. A server that another has taken the place of is in `replaced`
-- until it reports in full again: whoever answers there now is no evidence for it.
local function placeOf(answer)
  local host, port = string.match(answer, '^([^\t]*)\t(%d+)')
  return host and string.lower(host) .. ':' .. port
end

-- `stored`: the record, or its beginning, of at most 400 characters; nil for a tombstone.
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

-- Whether another server that is live itself has the place; `fresh`: only the lease of who reported lately ends after it.
local function isReplaced(keys, server, place, fresh)
  local owner = redis.call('HGET', keys.endpoints, place)
  if not owner or owner == server or redis.call('ZSCORE', keys.held, owner) then return false end
  return tonumber(redis.call('ZSCORE', keys.due, owner) or 0) > fresh
end
