-- Run by wrk: posts lookups of the ids in a file, over and again, and writes what came of them as one line of JSON.
-- A request is put together when it is sent: LuaJIT looks at a few bytes of a long text to file it, so that 100,000 of them
-- kept at once, alike but for the id, take seconds or minutes to make, as its seed will have it.
local ids = {}
local turn = 0
local before, after

function init(args)
  for id in io.lines(args[1]) do ids[#ids + 1] = id end
  before, after = wrk.format('POST', args[2]):match('^(.-)@(.*)$')
end

function request()
  turn = turn % #ids + 1
  return before .. ids[turn] .. after
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"durationUs":%d,"refused":%d,"lost":%d,"p50Us":%d,"p99Us":%d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
