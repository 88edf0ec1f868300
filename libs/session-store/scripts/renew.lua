#!lua flags=allow-oom
-- A renewal of the settled fact by a resolver or a sweep: counts as a write, so that an empty roll settles, too.
-- KEYS  1 pulse  2 settled
-- ARGV  1 retention, ms  2 gap, ms  3 settle after, ms
--       4 -1, or: this process could not write for a while, so that some agents could not, either. The roll settles anew,
--         unless it has begun to within so many ms: not every process is back at the same moment
--       5 when it was sent, by this clock, as far as the sender knows, or -1  6 so long after that, ms, it has not failed:
--         one that was stuck on the way tells of failures that are over
-- Returns {settled (1 or 0), now}
--@include clock
--@include pulse
local retention, gap, settleAfter = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local apart, sentAt, patience, now = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), clock()
local since = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):'))
local isStale = sentAt >= 0 and now - sentAt > patience
if apart >= 0 and not isStale and since and now - since > apart then redis.call('DEL', KEYS[1]) end
return { pulse(KEYS[1], KEYS[2], now, gap, settleAfter, retention) and 1 or 0, now }
