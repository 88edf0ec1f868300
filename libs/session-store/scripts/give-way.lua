#!lua flags=allow-oom
-- An agent ends for another one that reports as the same server: tells of both, and changes nothing.
-- KEYS  1 record  2 events
-- ARGV  1 server  2 boot of the agent that ends  3 cap of the stream
-- Returns {'applied'} | {'outdated', 0}: nobody else is on the roll as this server
--@include clock
--@include record
--@include changes
local record = readHeader(redis.call('GETRANGE', KEYS[1], 0, 69))
if not record or record.state == 'T' or record.boot < tonumber(ARGV[2]) then return { 'outdated', 0 } end
publisher(KEYS[2], ARGV[3], clock())(
  'server.conflict', 'server', ARGV[1], 'boot', ARGV[2], 'by', string.format('%.0f', record.boot)
)
return { 'applied' }
