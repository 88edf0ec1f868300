--@include written
-- Counts a write of the roll. Returns whether the roll is settled, and for how long it was written without a gap, ms; keeps
-- the settled fact true.
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention)
  local since = written(pulseKey, now, gap) or now
  redis.call('SET', pulseKey, string.format('%.0f:%.0f', since, now), 'PX', retention)
  if now - since >= settleAfter then
    redis.call('SET', settledKey, '1', 'PX', gap)
    return true, now - since
  end
  redis.call('DEL', settledKey)
  return false, now - since
end
