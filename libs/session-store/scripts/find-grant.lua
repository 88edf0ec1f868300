#!lua flags=no-writes
-- What a token is good for.
-- KEYS  1 tokens:<session>
-- ARGV  1 digest
-- Returns {user, client's address or nothing}, or nil when the token is not good
--@include clock
--@include grants
local found = redis.call('HGET', KEYS[1], ARGV[1])
if not found then return nil end
local grant = readGrant(found)
if grant.ends <= clock() then return nil end
return { grant.user, grant.address }
