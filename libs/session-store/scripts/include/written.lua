-- The pulse of the roll, `since:last` or `since:last:resumed`: since when it is written without a gap, when it was written
-- last, and when that went on after a pause of more than half a gap. Nothing after a gap.
local function readPulse(pulse, now, gap)
  local since, last, resumed = string.match(pulse or '', '^(%d+):(%d+):?(%d*)$')
  since, last, resumed = tonumber(since), tonumber(last), tonumber(resumed)
  if last and now >= last and now - last <= gap then return since, last, resumed end
end

local function written(pulseKey, now, gap)
  return readPulse(redis.call('GET', pulseKey), now, gap)
end
