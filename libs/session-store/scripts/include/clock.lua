-- Redis's own time in milliseconds: no agent's clock is ever compared.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
