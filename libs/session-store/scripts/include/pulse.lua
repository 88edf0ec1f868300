-- The roll's pulse: `since:last`, the moments since which, and at which last, the roll was written without a gap.
-- Returns whether the roll is settled, and keeps the settled fact true.
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
