#!lua flags=allow-oom
-- A renewal of the settled fact by a resolver or a sweep: counts as a write, so that an empty roll settles, too.
-- KEYS  1 pulse  2 settled
-- ARGV  1 retention, ms  2 gap, ms  3 settle after, ms  4 1: the last renewal of this process has failed
-- Returns whether the roll is settled, 1 or 0
--@include clock
--@include pulse
local retention, gap, settleAfter, hasFailed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
return pulse(KEYS[1], KEYS[2], clock(), gap, settleAfter, retention, hasFailed) and 1 or 0
