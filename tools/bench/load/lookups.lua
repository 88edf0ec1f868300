-- Run by wrk: posts lookups of the ids in a file, over and again, and writes what came of them as one line of JSON.
local requests = {}
local turn = 0

function init(args)
  local pattern = args[2]
  for id in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format('POST', (pattern:gsub('@', id)))
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"durationUs":%d,"refused":%d,"lost":%d,"p50Us":%d,"p99Us":%d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
