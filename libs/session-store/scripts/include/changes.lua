-- Reads what becomes of each session: from ARGV[first] on, one text each: '+' opened, '=' kept, '-' gone; then 'b' when
-- the id has a bare form (four keys, from KEYS[firstKey] on: bare, known, claims, contest), else 'q'; then the local id.
local function readChanges(first, firstKey)
  local changes, key = {}, firstKey
  for index = first, #ARGV do
    local change = { kind = string.sub(ARGV[index], 1, 1), session = string.sub(ARGV[index], 3) }
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
