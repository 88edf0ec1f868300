-- Counts a wrong token from an address; one more than allowed is as far as it counts, and from there on only reads.
-- KEYS  1 guesses:<address>
-- ARGV  1 how many are allowed in a window  2 window, ms
-- Returns how many there are in this window
local allowed, window = tonumber(ARGV[1]), ARGV[2]
local counted = tonumber(redis.call('GET', KEYS[1]))
if not counted then
  redis.call('SET', KEYS[1], '1', 'PX', window)
  return 1
end
return counted > allowed and counted or redis.call('INCR', KEYS[1])
