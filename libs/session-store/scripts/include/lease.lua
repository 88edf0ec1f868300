--@include pulse
--@include record
-- What a report that changes nothing does to the server itself.

-- Whether the server is live with the list of that digest, as this boot reported it.
local function isTouchable(record, boot, digest)
  return record ~= nil and record.digest == digest and record.boot == boot and record.state == 'A'
end

-- Renews the server's answer, record and place on the roll. False, and nothing is written, when there is no answer.
local function renewLease(recordKey, answerKey, dueKey, server, boot, sequence, now, keptAt, deadline, retention)
  if redis.call('PEXPIREAT', answerKey, deadline) == 0 then return false end
  redis.call('SETRANGE', recordKey, 0, string.format('%010.0f %012.0f %013.0f %013.0f A', boot, sequence, now, keptAt))
  redis.call('PEXPIREAT', recordKey, now + retention)
  redis.call('ZADD', dueKey, deadline, server)
  return true
end

-- A pulse for the fleet's reports: hundreds of them in a second need not all write it.
local function pulseNowAndThen(pulseKey, settledKey, now, gap, settleAfter, retention)
  local _, last = written(pulseKey, now, gap)
  if not last or now - last > gap / 8 then pulse(pulseKey, settledKey, now, gap, settleAfter, retention) end
end
