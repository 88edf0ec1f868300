--@include clock
--@include pulse
--@include record
-- What a report that changes nothing does to the server itself.

-- A moment for commands, made once: of a number Redis makes seventeen digits for each command anew, which takes it longer.
local function text(moment)
  return string.format('%.0f', moment)
end

-- Whether what outlives the lease, the record and the last known owners, has to be kept on again: once in a while, and
-- when the clock has gone back, as it would be kept for longer than the retention.
local function keepsOn(keptAt, now, refreshAfter)
  return now - keptAt > refreshAfter or now < keptAt
end

-- Renews the server's answer and place on the roll. False, and nothing is written, when there is no answer.
local function renewLease(answerKey, dueKey, server, deadline)
  if redis.call('PEXPIREAT', answerKey, deadline) == 0 then return false end
  redis.call('ZADD', dueKey, deadline, server)
  return true
end

-- A pulse for the fleet's reports: hundreds of them in a second need not all write it. `last`: when one did, since no gap.
local function pulseNowAndThen(last, pulseKey, settledKey, now, gap, settleAfter, retention)
  if not last or now - last > gap / 8 then pulse(pulseKey, settledKey, now, gap, settleAfter, retention) end
end
