-- Voids the tokens of a server and has its certificate refused, or voids the older of two tokens alone.
-- KEYS  1 identities
-- ARGV  1 server  2 'everything' or 'older-token'  3 name of the state after this
-- Returns how many tokens are void by it
--@include clock
--@include identities
local key, server, what, version = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local identity = readIdentity(redis.call('HGET', key, server))
local before = #identity.tokens
local kept = what == 'everything' and 0 or 1

-- A full store refuses a script whose first write needs memory, and the hash has no TTL that this could take away.
redis.call('PERSIST', key)
while #identity.tokens > kept do table.remove(identity.tokens) end
if what == 'everything' then identity.revoked = true end
changeIdentity(key, server, identity, clock(), version)
return before - #identity.tokens
