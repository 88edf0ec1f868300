-- The protection of a zone: version, state (on, ended), since, late, servers, until; tabs between them. It protects while it
-- is on, and not after `until`.
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
