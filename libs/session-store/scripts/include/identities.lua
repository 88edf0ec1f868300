-- Who may report as a server: changed (ms), tab, 1 when revoked or 0, then tab, digest, colon, issued (ms) for each of
-- its tokens, the newest first. A record is only ever replaced by one that was changed later: a process that knows a
-- later one than is stored writes it back.
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

-- Writes it as changed now, by a clock that never goes back for one server, and gives the state a new name.
local function changeIdentity(key, server, identity, now, version)
  local changed = math.max(now, identity.changed + 1)
  local parts = { string.format('%.0f', changed), identity.revoked and '1' or '0' }
  for _, token in ipairs(identity.tokens) do
    table.insert(parts, string.format('%s:%.0f', token.digest, token.issued))
  end
  redis.call('HSET', key, server, table.concat(parts, '\t'), VERSION, version)
end
