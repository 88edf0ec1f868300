const FIELDS = `
local function fields(flat)
  local named = {}
  for index = 1, #flat, 2 do named[flat[index]] = flat[index + 1] end
  return named
end
`;

/**
 * Makes sure that the group exists, and finds out whether entries were trimmed away before it read them. A group is born
 * at the oldest entry: whoever comes back after a loss misses nothing. What was missed is told once, to one consumer:
 * the group's count of read entries is set to what it would be without the gap, as Redis itself goes on counting from
 * before it.
 * - KEYS 1 stream
 * - ARGV 1 group
 * - Returns how many entries were missed since it was asked last.
 */
export const ATTEND = `${FIELDS}
local key, name = KEYS[1], ARGV[1]
if redis.call('EXISTS', key) == 0 then
  redis.call('XGROUP', 'CREATE', key, name, '0', 'MKSTREAM')
  return 0
end
local stream = fields(redis.call('XINFO', 'STREAM', key))
local trimmed = stream['entries-added'] - stream['length']
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', key)) do
  local group = fields(flat)
  if group['name'] == name then
    local read = group['entries-read']
    if not read or read >= trimmed then return 0 end
    redis.call('XGROUP', 'SETID', key, name, group['last-delivered-id'], 'ENTRIESREAD', trimmed)
    return trimmed - read
  end
end
redis.call('XGROUP', 'CREATE', key, name, '0', 'ENTRIESREAD', trimmed)
return 0
`;

/**
 * Removes consumers that hold nothing pending: those not heard of for long, and the one that says goodbye. In one step,
 * for with a consumer go its pending entries.
 * - KEYS 1 stream
 * - ARGV 1 group  2 idle for at least so many milliseconds  3 the consumer that leaves; empty: none
 * - Returns how many were removed.
 */
export const FORGET_CONSUMERS = `${FIELDS}
local key, group, idleMin, leaving = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local removed = 0
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', key, group)) do
  local consumer = fields(flat)
  local over = consumer['name'] == leaving or consumer['idle'] >= idleMin
  if over and consumer['pending'] == 0 then
    redis.call('XGROUP', 'DELCONSUMER', key, group, consumer['name'])
    removed = removed + 1
  end
end
return removed
`;
