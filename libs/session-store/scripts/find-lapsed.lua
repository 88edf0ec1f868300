#!lua flags=no-writes
-- Who is lapsed, the longest first.
-- KEYS  1 due  2 settled  3 pulse
-- ARGV  1 limit  2 gap, ms  3 judged after, ms
-- Returns {settled (1 or 0), judged (1 or 0), how many in all, server, …}
--@include clock
--@include written
local now = clock()
local since, last = written(KEYS[3], now, tonumber(ARGV[2]))
local isJudged = since and last - since >= tonumber(ARGV[3])
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
table.insert(found, 1, redis.call('ZCOUNT', KEYS[1], '-inf', now))
table.insert(found, 1, isJudged and 1 or 0)
table.insert(found, 1, redis.call('EXISTS', KEYS[2]))
return found
