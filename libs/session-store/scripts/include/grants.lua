-- The tokens of a session: digest -> end (ms), tab, user, tab, client's address or nothing. A field has no TTL of its
-- own: one whose time is over is passed over by whoever reads, and dropped by whoever writes.
local function readGrant(value)
  local ends, user, address = string.match(value, '^(%d+)\t([^\t]*)\t(.*)$')
  return { ends = tonumber(ends), user = user, address = address }
end

-- Those that are good, the first to end first; drops the others.
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
