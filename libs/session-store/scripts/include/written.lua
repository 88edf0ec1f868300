-- Since when the roll is written without a gap, and when it was written last: its pulse, `since:last`. Nothing after a gap.
local function written(pulseKey, now, gap)
  local since, last = string.match(redis.call('GET', pulseKey) or '', '^(%d+):(%d+)$')
  since, last = tonumber(since), tonumber(last)
  if last and now >= last and now - last <= gap then return since, last end
end
