-- Writes records back that the store has lost, each unless a later one is there.
-- KEYS  1 identities
-- ARGV  1 name of the state after this  2… server, record
-- Returns how many were written
--@include identities
local key, version = KEYS[1], ARGV[1]
local written = 0

for index = 2, #ARGV, 2 do
  local server, record = ARGV[index], ARGV[index + 1]
  local stored = redis.call('HGET', key, server)
  if not stored or readIdentity(stored).changed < readIdentity(record).changed then
    redis.call('HSET', key, server, record, VERSION, version)
    written = written + 1
  end
end
return written
