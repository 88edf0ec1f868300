--@include clock
-- What a report that changes nothing does to the server itself. A touch does it for every host at every interval, and a number
-- made of a text takes half as long as a command: so texts are compared where they can be.

-- A moment as a command takes it. `%.0f` would take three times as long; `%d` drops what is less than one, and takes no more
-- digits at once than a machine of 32 bits can hold.
local function momentText(moment)
  return string.format('%d%03d', moment / 1000, moment % 1000)
end

-- The same in a header: 13 digits, which a clock has by itself only since 2001. No command takes a zero that leads.
local function headerText(moment)
  return string.format('%010d%03d', moment / 1000, moment % 1000)
end

-- Whether a live server's boot has the next to say after this header, with the same list. `boot` and `sequence` are texts,
-- as wide as the header has them.
local function isUnchanged(header, boot, sequence, digest)
  return string.sub(header, 53) == 'A ' .. digest and string.sub(header, 1, 10) == boot
    and string.sub(header, 12, 23) < sequence
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

-- Whether it is time for a pulse: hundreds of reports in a second need not all write it. `last`: when one did.
local function isPulseDue(last, now, gap)
  return not last or now < last or now - last > gap / 8
end
