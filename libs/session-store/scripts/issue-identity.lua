-- Makes a token good for a server; whether its certificate is refused stays as it is. A record that says nothing (no token,
-- not revoked) is forgotten once nobody can know of a token that it had.
-- KEYS  1 identities
-- ARGV  1 server  2 digest  3 most tokens of one server  4 name of the state after this  5 how long a record that says nothing is kept, ms
-- Returns how many older tokens are void by it
--@include clock
--@include identities
local key, server, digest, most = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local version, kept = ARGV[4], tonumber(ARGV[5])
local now = clock()
local identity = readIdentity(redis.call('HGET', key, server))
local before = #identity.tokens

table.insert(identity.tokens, 1, { digest = digest, issued = now })
while #identity.tokens > most do table.remove(identity.tokens) end
changeIdentity(key, server, identity, now, version)

local fields = redis.call('HGETALL', key)
for index = 1, #fields, 2 do
  local name, other = fields[index], readIdentity(fields[index + 1])
  if name ~= VERSION and not other.revoked and #other.tokens == 0 and now - other.changed > kept then redis.call('HDEL', key, name) end
end
return before + 1 - #identity.tokens
