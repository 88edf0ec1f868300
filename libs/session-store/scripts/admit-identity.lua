-- Has the certificate of a server believed again.
-- KEYS  1 identities
-- ARGV  1 server  2 name of the state after this
-- Returns 1, or 0 when it was not revoked: nothing was written
--@include clock
--@include identities
local key, server, version = KEYS[1], ARGV[1], ARGV[2]
local identity = readIdentity(redis.call('HGET', key, server))

if not identity.revoked then return 0 end
identity.revoked = false
changeIdentity(key, server, identity, clock(), version)
return 1
