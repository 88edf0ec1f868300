-- Reads what becomes of each session: from ARGV[first] on, one text each: '+' opened, '=' kept, '!' closed and opened
-- anew, '-' gone; then 'b' when the id has a bare form, else 'q'; then the local id. From KEYS[firstKey] on each has the
-- key of its tokens and, with a bare form, four more: bare, known, claims, contest.
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
