#!lua flags=no-writes
-- Who is lapsed, the longest first.
-- KEYS  1 due  2 settled
-- ARGV  1 limit
-- Returns {settled (1 or 0), how many in all, server, …}
--@include clock
local now = clock()
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
table.insert(found, 1, redis.call('ZCOUNT', KEYS[1], '-inf', now))
table.insert(found, 1, redis.call('EXISTS', KEYS[2]))
return found
