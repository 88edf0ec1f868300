#!lua flags=allow-oom
-- Notes that a sweep has finished, also on a full store.
-- KEYS  1 swept
-- ARGV  1 retention, ms
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
