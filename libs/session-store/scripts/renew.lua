#!lua flags=allow-oom
-- A renewal of the settled fact by a resolver or a sweep: counts as a write, so that an empty roll settles, too.
-- KEYS  1 pulse  2 settled
-- ARGV  1 retention, ms  2 gap, ms  3 settle after, ms
--       4 -1, or: this process could not write for a while, so that some agents could not, either. The roll settles anew,
--         unless it has begun to within so many ms: not every process is back at the same moment
-- Returns 1 when the roll is settled, else 0
--@include clock
--@include pulse
local retention, gap, settleAfter = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local apart, now = tonumber(ARGV[4]), clock()
local since = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):'))
if apart >= 0 and since and now - since > apart then redis.call('DEL', KEYS[1]) end
return pulse(KEYS[1], KEYS[2], now, gap, settleAfter, retention) and 1 or 0
