-- Which reconcilers' last probes of a server were good: reconciler -> end of its verdict.
local function isVouchedFor(verdictsKey, now)
  for _, ends in ipairs(redis.call('HVALS', verdictsKey)) do
    if tonumber(ends) > now then return true end
  end
  return false
end
