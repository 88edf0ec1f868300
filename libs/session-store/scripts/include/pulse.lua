--@include written
-- Counts a write of the roll. Returns whether the roll is settled, and for how long it was written without a gap, ms; keeps
-- the settled fact true. A pause of more than half a gap counts as a gap when somebody could not write meanwhile
-- (`hasFailed`).
local function pulse(pulseKey, settledKey, now, gap, settleAfter, retention, hasFailed)
  local since, last, resumed = written(pulseKey, now, gap)
  if last and now - last > gap / 2 then resumed = now end
  if resumed and hasFailed then since = math.max(since, resumed) end
  since = since or now
  local isOpen = resumed and resumed > since
  redis.call('SET', pulseKey, string.format(isOpen and '%.0f:%.0f:%.0f' or '%.0f:%.0f', since, now, resumed), 'PX', retention)
  if now - since >= settleAfter then
    redis.call('SET', settledKey, '1', 'PX', gap)
    return true, now - since
  end
  redis.call('DEL', settledKey)
  return false, now - since
end
