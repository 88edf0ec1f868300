-- Makes a token good for a session. It stays when it is one too many: the others that would end first go.
-- KEYS  1 tokens:<session>
-- ARGV  1 digest  2 user, tab, client's address or nothing  3 how long, ms  4 most tokens of one session
--@include clock
--@include grants
local tokensKey, digest, grant, ttl, most = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

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
return redis.status_reply('OK')
