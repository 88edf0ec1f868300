/** Where the model's time stands in Redis; no key of a roll. */
export const CLOCK_KEY = 'model:clock';

/**
 * So much later than the model's time Redis would let a key go. It never comes to that: what lapses is deleted when the
 * model's clock is moved.
 */
export const FAR_MS = 1_000_000_000_000;

/**
 * What a script of the store sees of time: `TIME` is the model's, and what expires, expires by it. A command about time
 * that is not known here fails, so that none is passed by.
 */
const SEAM = `
local model = { redis = redis, now = tonumber(redis.call('GET', '${CLOCK_KEY}')), far = ${FAR_MS} }
model.text = function(number) return string.format('%.0f', number) end
model.unknown = {}
for _, name in ipairs({ 'EXPIRE', 'EXPIREAT', 'EXPIRETIME', 'TTL', 'SETEX', 'PSETEX', 'GETEX' }) do
  model.unknown[name] = true
end
model.expire = function(key, at, ...)
  if at <= model.now then return redis.call('DEL', key) end
  return redis.call('PEXPIREAT', key, model.text(at + model.far), ...)
end
model.set = function(key, value, ...)
  local options, at = { ... }, nil
  for index = 1, #options do
    local option = string.upper(options[index])
    if option == 'EX' or option == 'EXAT' then error('the model does not know SET ' .. option) end
    if option == 'PX' then at = model.now + tonumber(options[index + 1]) end
    if option == 'PXAT' then at = tonumber(options[index + 1]) end
    if option == 'PX' or option == 'PXAT' then
      options[index], options[index + 1] = 'PXAT', model.text(at + model.far)
    end
  end
  local reply = redis.call('SET', key, value, unpack(options))
  if at and at <= model.now then redis.call('DEL', key) end
  return reply
end
model.call = function(command, ...)
  local name, arguments = string.upper(command), { ... }
  if model.unknown[name] then error('the model does not know ' .. name) end
  if name == 'TIME' then
    local seconds = math.floor(model.now / 1000)
    return { model.text(seconds), model.text((model.now - seconds * 1000) * 1000) }
  end
  if name == 'SET' then return model.set(...) end
  if name == 'PEXPIRE' then return model.expire(arguments[1], model.now + tonumber(arguments[2]), unpack(arguments, 3)) end
  if name == 'PEXPIREAT' then return model.expire(arguments[1], tonumber(arguments[2]), unpack(arguments, 3)) end
  if name == 'PEXPIRETIME' or name == 'PTTL' then
    local at = redis.call('PEXPIRETIME', arguments[1])
    if at < 0 then return at end
    return at - model.far - (name == 'PTTL' and model.now or 0)
  end
  return redis.call(command, ...)
end
local redis = setmetatable({ call = model.call }, { __index = model.redis })
`;

/** The script, with the model's time in place of Redis's. */
export function onModelTime(lua: string): string {
  const flags = /^#!.*\n/.exec(lua)?.[0] ?? '';
  return `${flags}${SEAM}${lua.slice(flags.length)}`;
}

/** KEYS the clock; ARGV the moment, and how much later Redis's own ends are. Lets go of what has lapsed by then. */
export const MOVE_CLOCK = `
redis.call('SET', KEYS[1], ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  local at = redis.call('PEXPIRETIME', key)
  if at >= 0 and at - tonumber(ARGV[2]) < tonumber(ARGV[1]) then redis.call('DEL', key) end
end
return redis.status_reply('OK')
`;
