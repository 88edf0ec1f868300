-- Makes a token good for a session that is on the roll: one that is not could neither be named to revoke it, nor would its
-- end void it. The token stays when it is one too many: the others that would end first go.
-- KEYS  1 tokens:<session>  2 record:<server>
-- ARGV  1 local id  2 digest  3 user, tab, client's address or nothing  4 how long, ms  5 most tokens of one session
-- Returns 'granted', or 'no-session': nothing was written
--@include clock
--@include record
--@include grants
local tokensKey, session, digest, grant = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local ttl, most = tonumber(ARGV[4]), tonumber(ARGV[5])

if not isListed(redis.call('GET', KEYS[2]), session) then return 'no-session' end

-- The first write has to be one that a full store refuses (not HDEL), or the rest would pass, too.
local now = clock()
redis.call('HSET', tokensKey, digest, string.format('%.0f\t%s', now + ttl, grant))
local good = goodGrants(tokensKey, now)
local excess = #good - most
for _, other in ipairs(good) do
  if excess > 0 and other.digest ~= digest then
    redis.call('HDEL', tokensKey, other.digest)
    excess = excess - 1
  end
end
redis.call('PEXPIREAT', tokensKey, good[#good].ends)
return 'granted'
