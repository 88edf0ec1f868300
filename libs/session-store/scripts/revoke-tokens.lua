#!lua flags=allow-oom
-- Voids a session's tokens.
-- KEYS  1 tokens:<session>
-- ARGV  1 the user whose tokens go; all without
-- Returns how many there were that had been good
--@include clock
--@include grants
local tokensKey, user = KEYS[1], ARGV[1]

local revoked, ends = 0, nil
for _, grant in ipairs(goodGrants(tokensKey, clock())) do
  if not user or grant.user == user then
    redis.call('HDEL', tokensKey, grant.digest)
    revoked = revoked + 1
  else
    ends = grant.ends
  end
end
if ends then redis.call('PEXPIREAT', tokensKey, ends) end
return revoked
