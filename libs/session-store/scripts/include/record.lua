-- The last known record of a server: a header of fixed width, so that a touch can renew it in place, then the body.
--   1-10 boot · 12-23 sequence · 25-37 reported at · 39-51 bare ids refreshed at · 53 state · 55-70 digest · 71 newline · body
-- States: A on the roll · H held on a probe's word · P held by protection · L leaving · U on the roll, its list never known ·
-- T tombstone (no body, digest all dashes)
local NO_DIGEST = '----------------'

local function writeRecord(recordKey, boot, sequence, now, state, digest, body, retention)
  local header = string.format('%010.0f %012.0f %013.0f %013.0f %s %s\n', boot, sequence, now, now, state, digest)
  redis.call('SET', recordKey, header .. body, 'PX', retention)
end

-- nil for an empty header
local function readHeader(header)
  if not header or #header < 70 then return nil end
  return {
    boot = tonumber(string.sub(header, 1, 10)),
    sequence = tonumber(string.sub(header, 12, 23)),
    reportedAt = tonumber(string.sub(header, 25, 37)),
    keptAt = tonumber(string.sub(header, 39, 51)),
    state = string.sub(header, 53, 53),
    digest = string.sub(header, 55, 70)
  }
end

-- Whether a server that is on the roll lists the session. Endpoint, health and zone stand before the list.
local function isListed(stored, session)
  local record = readHeader(stored)
  if not record or record.state == 'T' then return false end
  local answerEnd = string.find(stored, '\n', 72, true)
  local healthEnd = answerEnd and string.find(stored, '\n', answerEnd + 1, true)
  return healthEnd ~= nil and string.find(stored, '\n' .. session .. '\n', healthEnd, true) ~= nil
end

-- The fence: an earlier boot or sequence changes nothing, an equal one is already applied. nil when the report may pass.
local function refusal(record, boot, sequence)
  if not record then return nil end
  if boot < record.boot then return { 'superseded', record.boot } end
  if boot > record.boot then return nil end
  if sequence < record.sequence then return { 'outdated', record.sequence } end
  if sequence == record.sequence then return { 'already' } end
  return nil
end
